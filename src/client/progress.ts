import type { LessonProgress, MeView } from '../../sandbox-server/protocol/views.ts';
import type { Saved } from './saved.ts';

export type Progress = Pick<MeView, 'progress' | 'lastLesson'>;

/** What the learner has done: painted at once from this browser's copy, then from the server, which knows best. */
export interface ProgressStore {
  readonly current: Progress;
  lesson: (id: string) => LessonProgress;
  /** Takes over what the server says; what only this browser knows stays. */
  merge: (fromServer: Progress) => void;
  visited: (lesson: string, at: number) => void;
  taskDone: (lesson: string, task: string) => void;
  answered: (lesson: string, question: string, answer: { choice: string; right: boolean }) => void;
  onChange: (listener: () => void) => void;
}

const KEY = 'progress';
const NOTHING: LessonProgress = { tasks: [], quiz: {}, visitedAt: 0 };

export function createProgressStore(saved: Saved): ProgressStore {
  let current = parseProgress(saved.read(KEY));
  const listeners: (() => void)[] = [];
  const replace = (next: Progress) => {
    current = next;
    saved.write(KEY, JSON.stringify(current));
    for (const listener of listeners) listener();
  };
  const lesson = (id: string) => current.progress[id] ?? NOTHING;
  const change = (id: string, changes: Partial<LessonProgress>) =>
    replace({ ...current, progress: { ...current.progress, [id]: { ...lesson(id), ...changes } } });

  return {
    get current() {
      return current;
    },
    lesson,
    merge: (fromServer) => replace(mergeProgress(current, fromServer)),
    visited: (id, at) => {
      change(id, { visitedAt: at });
      replace({ ...current, lastLesson: id });
    },
    taskDone: (id, task) => {
      if (!lesson(id).tasks.includes(task)) change(id, { tasks: [...lesson(id).tasks, task] });
    },
    answered: (id, question, answer) => change(id, { quiz: { ...lesson(id).quiz, [question]: answer } }),
    onChange: (listener) => void listeners.push(listener),
  };
}

/** A task that either side knows as done is done; an answer counts from the server when it has one. */
export function mergeProgress(local: Progress, server: Progress): Progress {
  const ids = new Set([...Object.keys(local.progress), ...Object.keys(server.progress)]);
  const progress: Record<string, LessonProgress> = {};
  for (const id of ids) {
    const mine = local.progress[id] ?? NOTHING;
    const theirs = server.progress[id] ?? NOTHING;
    progress[id] = {
      tasks: [...new Set([...theirs.tasks, ...mine.tasks])],
      quiz: { ...mine.quiz, ...theirs.quiz },
      visitedAt: Math.max(mine.visitedAt, theirs.visitedAt),
    };
  }
  return { progress, lastLesson: server.lastLesson ?? local.lastLesson };
}

/** Storage is written by older versions of this page too: whatever is not what we expect is left out. */
export function parseProgress(text: string | undefined): Progress {
  const value = parseJson(text);
  if (!isRecord(value) || !isRecord(value['progress'])) return { progress: {} };
  const progress: Record<string, LessonProgress> = {};
  for (const [id, entry] of Object.entries(value['progress'])) {
    if (!isRecord(entry)) continue;
    const { tasks, quiz, visitedAt } = entry;
    progress[id] = {
      tasks: Array.isArray(tasks) ? tasks.filter((task) => typeof task === 'string') : [],
      quiz: isRecord(quiz) ? Object.fromEntries(Object.entries(quiz).filter(isAnswer)) : {},
      visitedAt: typeof visitedAt === 'number' ? visitedAt : 0,
    };
  }
  const { lastLesson } = value;
  return { progress, ...(typeof lastLesson === 'string' ? { lastLesson } : {}) };
}

function isAnswer(entry: [string, unknown]): entry is [string, { choice: string; right: boolean }] {
  const answer = entry[1];
  return isRecord(answer) && typeof answer['choice'] === 'string' && typeof answer['right'] === 'boolean';
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function parseJson(text: string | undefined): unknown {
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
