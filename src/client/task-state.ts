import type { TaskState, TaskView, VerdictView } from '../../sandbox-server/protocol/views.ts';

/** What a card shows. */
export interface TaskShown {
  state: TaskState;
  badge: string;
  verdict: VerdictView | undefined;
}

const BADGES: Record<TaskState, string> = {
  todo: 'To do',
  checking: 'Checking…',
  notYet: 'Not yet',
  done: 'Done',
  lapsed: 'Was done, now broken',
  broken: 'The check failed',
};

/**
 * A task that was passed in an earlier sandbox stays done for the reader; and "not yet" is said only to who has tried.
 * Without a view there is no sandbox: only what was done before counts.
 */
export function taskShown(view: TaskView | undefined, doneBefore: boolean): TaskShown {
  const state = view === undefined || (view.state === 'notYet' && !view.attempted) ? 'todo' : view.state;
  if (state === 'todo' && doneBefore) {
    return { state: 'done', badge: view === undefined ? BADGES.done : 'Done before', verdict: undefined };
  }
  const speaks = state === 'notYet' || state === 'lapsed' || state === 'broken';
  return { state, badge: BADGES[state], verdict: speaks ? view?.verdict : undefined };
}

/** Expected and observed, unless the message says both already. */
export function verdictDetails(verdict: VerdictView): { label: string; text: string }[] {
  const { message, expected, observed } = verdict;
  if (observed !== undefined && message.includes(observed) && message.includes('expected')) return [];
  return [
    ...(expected === undefined ? [] : [{ label: 'Expected', text: expected }]),
    ...(observed === undefined ? [] : [{ label: 'Saw', text: observed }]),
  ];
}

export function countOfTasks(done: number, all: number): string {
  return `${done} of ${all} ${all === 1 ? 'task' : 'tasks'}`;
}
