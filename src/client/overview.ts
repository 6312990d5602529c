import { doneTasks, isComplete, nextStep, type LessonEntry } from './next-step.ts';
import type { ProgressStore } from './progress.ts';
import { countOfTasks } from './task-state.ts';

const START_LABELS = { start: 'Start', continue: 'Continue', again: 'Start again' } as const;

/** Shows the learner's progress wherever the page lists lessons, and points its one button at the next step. */
export function setUpOverview(page: Document, progress: ProgressStore): void {
  const links = [...page.querySelectorAll<HTMLAnchorElement>('a[data-lesson-link]')];
  const lessons = links.map(entryOf);
  const paint = () => {
    links.forEach((link, index) => paintLesson(link, lessons[index], progress));
    for (const card of page.querySelectorAll<HTMLElement>('[data-module-card]')) paintModule(card, lessons, progress);
    paintStart(page, lessons, progress);
  };
  progress.onChange(paint);
  paint();
}

function entryOf(link: HTMLAnchorElement): LessonEntry {
  return {
    id: link.dataset['lessonLink'] ?? '',
    title: link.dataset['title'] ?? '',
    url: link.getAttribute('href') ?? '',
    tasks: (link.dataset['tasks'] ?? '').split(' ').filter(Boolean),
  };
}

function paintLesson(link: HTMLAnchorElement, lesson: LessonEntry | undefined, { current }: ProgressStore): void {
  const state = link.querySelector<HTMLElement>('[data-lesson-state]');
  if (state === null || lesson === undefined) return;
  const done = doneTasks(lesson, current.progress);
  const complete = isComplete(lesson, current.progress);
  state.classList.toggle('complete', complete);
  state.textContent = complete ? 'Done' : done > 0 ? countOfTasks(done, lesson.tasks.length) : '';
}

function paintModule(card: HTMLElement, lessons: LessonEntry[], { current }: ProgressStore): void {
  const own = lessons.filter(({ id }) => id.startsWith(`${card.dataset['moduleCard'] ?? ''}/`));
  const all = own.reduce((sum, { tasks }) => sum + tasks.length, 0);
  const done = own.reduce((sum, lesson) => sum + doneTasks(lesson, current.progress), 0);
  const label = card.querySelector('[data-module-progress]');
  if (label !== null && done > 0) label.textContent = countOfTasks(done, all);
  const bar = card.querySelector<HTMLElement>('[data-module-bar]');
  bar?.style.setProperty('--part', `${all === 0 ? 0 : (done / all) * 100}%`);
}

function paintStart(page: Document, lessons: LessonEntry[], { current }: ProgressStore): void {
  const button = page.querySelector<HTMLAnchorElement>('a[data-continue]');
  const step = nextStep(lessons, current);
  if (button === null || step === undefined) return;
  button.href = `${step.lesson.url}#start`;
  const label = page.querySelector('[data-continue-label]');
  const note = page.querySelector('[data-continue-note]');
  if (label !== null) label.textContent = START_LABELS[step.kind];
  if (note === null || step.kind === 'start') return;
  note.textContent =
    step.kind === 'again' ? 'You have done every task there is.' : `Where you were: ${step.lesson.title}.`;
}
