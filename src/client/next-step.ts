import type { Progress } from './progress.ts';

export interface LessonEntry {
  id: string;
  title: string;
  url: string;
  tasks: string[];
}

export interface NextStep {
  kind: 'start' | 'continue' | 'again';
  lesson: LessonEntry;
}

/** Where the start page's one button leads: on with the last lesson, else to the next unfinished one. */
export function nextStep(lessons: LessonEntry[], { progress, lastLesson }: Progress): NextStep | undefined {
  const [first] = lessons;
  if (first === undefined) return undefined;
  const last = lessons.findIndex(({ id }) => id === lastLesson);
  const begun = last >= 0 || lessons.some(({ id }) => (progress[id]?.tasks.length ?? 0) > 0);
  const fromLast = last < 0 ? lessons : [...lessons.slice(last), ...lessons.slice(0, last)];
  const next = fromLast.find((lesson) => !isComplete(lesson, progress));
  if (next === undefined) return { kind: 'again', lesson: first };
  return { kind: begun ? 'continue' : 'start', lesson: next };
}

/** A lesson without tasks is complete once it was opened. */
export function isComplete(lesson: LessonEntry, progress: Progress['progress']): boolean {
  const own = progress[lesson.id];
  if (own === undefined) return false;
  return lesson.tasks.length === 0 ? own.visitedAt > 0 : doneTasks(lesson, progress) === lesson.tasks.length;
}

/** Only tasks that the lesson still has. */
export function doneTasks(lesson: LessonEntry, progress: Progress['progress']): number {
  const done = new Set(progress[lesson.id]?.tasks);
  return lesson.tasks.filter((task) => done.has(task)).length;
}
