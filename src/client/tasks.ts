import type { TaskView, VerdictView } from '../../sandbox-server/protocol/views.ts';
import { onCourseEvent, sendCourseEvent } from './course-events.ts';
import type { ProgressStore } from './progress.ts';
import { richText } from './rich-text.ts';
import { countOfTasks, taskShown, verdictDetails } from './task-state.ts';

/** Keeps the task cards, their list in the header and the counter true, and says aloud what changed. */
export function setUpTasks(page: Document, lesson: string, progress: ProgressStore): void {
  const cards = [...page.querySelectorAll<HTMLElement>('[data-task]')];
  const views = new Map<string, TaskView>();

  const paint = () => {
    const done = new Set(progress.lesson(lesson).tasks);
    for (const card of cards) paintCard(page, card, views.get(taskOf(card)), done.has(taskOf(card)));
    paintCounter(page, cards);
  };

  for (const card of cards) {
    const task = taskOf(card);
    card.querySelector('[data-task-check]')?.addEventListener('click', () => {
      sendCourseEvent(page, 'drydock:check', { task });
    });
    const form = card.querySelector<HTMLFormElement>('form[data-task-answer]');
    form?.addEventListener('submit', (event) => {
      event.preventDefault();
      const value = new FormData(form).get('answer');
      if (typeof value === 'string') sendCourseEvent(page, 'drydock:answer', { task, value: value.trim() });
    });
  }

  const list = page.getElementById('task-list');
  list?.addEventListener('click', (event) => {
    if (event.target instanceof Element && event.target.closest('a') !== null) list.hidePopover();
  });

  onCourseEvent(page, 'drydock:task', (view) => {
    const before = views.get(view.id);
    views.set(view.id, view);
    if (view.state === 'done') progress.taskDone(lesson, view.id);
    paint();
    const card = cards.find((one) => taskOf(one) === view.id);
    if (card === undefined || before === undefined || before.state === view.state) return;
    if (view.state === 'done') celebrate(card);
    if (view.state === 'done' || view.state === 'lapsed') announce(page, card);
  });
  progress.onChange(paint);
  paint();
}

function taskOf(card: HTMLElement): string {
  return card.dataset['task'] ?? '';
}

function paintCard(page: Document, card: HTMLElement, view: TaskView | undefined, doneBefore: boolean): void {
  const { state, badge, verdict } = taskShown(view, doneBefore);
  if (state !== card.dataset['state']) card.dataset['state'] = state;
  setText(card.querySelector('[data-task-status]'), badge);
  const checkButton = card.querySelector<HTMLButtonElement>('[data-task-check]');
  if (checkButton !== null) checkButton.hidden = view?.state === 'done';
  paintVerdict(page, card.querySelector('[data-task-verdict]'), verdict);
}

/** Replaced only when its words changed: each replacement is read aloud. */
function paintVerdict(page: Document, place: HTMLElement | null, verdict: VerdictView | undefined): void {
  if (place === null) return;
  const key = verdict === undefined ? '' : JSON.stringify(verdict);
  if ((place.dataset['shown'] ?? '') === key) return;
  place.dataset['shown'] = key;
  place.replaceChildren(...(verdict === undefined ? [] : verdictNodes(page, verdict)));
}

function verdictNodes(page: Document, verdict: VerdictView): Node[] {
  const message = page.createElement('p');
  message.className = 'verdict-message';
  message.append(...richText(page, verdict.message));
  const details = verdictDetails(verdict);
  if (details.length === 0) return [message];
  const list = page.createElement('dl');
  for (const { label, text } of details) {
    const term = page.createElement('dt');
    term.textContent = label;
    const description = page.createElement('dd');
    description.append(...richText(page, text));
    list.append(term, description);
  }
  return [message, list];
}

function paintCounter(page: Document, cards: HTMLElement[]): void {
  for (const card of cards) {
    const entry = page.querySelector<HTMLElement>(`[data-toc-task="${CSS.escape(taskOf(card))}"]`);
    if (entry === null) continue;
    entry.dataset['state'] = card.dataset['state'] ?? 'todo';
    const badge = card.querySelector('[data-task-status]')?.textContent ?? '';
    setText(entry.querySelector('[data-toc-state]'), card.dataset['state'] === 'todo' ? '' : badge);
  }
  const done = cards.filter((card) => card.dataset['state'] === 'done').length;
  const counter = page.querySelector('[data-task-progress]');
  setText(counter, countOfTasks(done, cards.length));
  const ring = page.querySelector<HTMLElement>('.task-pill .ring');
  ring?.style.setProperty('--part', String(cards.length === 0 ? 0 : done / cards.length));
}

function celebrate(card: HTMLElement): void {
  card.classList.add('just-done');
  card.addEventListener('animationend', () => card.classList.remove('just-done'), { once: true });
}

/** The badge is no live region of its own: a page of ten would be noisy at load. */
function announce(page: Document, card: HTMLElement): void {
  const title = card.querySelector('[data-task-title]')?.textContent ?? '';
  const badge = card.querySelector('[data-task-status]')?.textContent ?? '';
  setText(page.querySelector('[data-announcer]'), `${title}: ${badge}`);
}

function setText(element: Element | null, text: string): void {
  if (element !== null && element.textContent !== text) element.textContent = text;
}
