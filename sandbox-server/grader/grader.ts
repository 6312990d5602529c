import type { Clock } from '../clock.ts';
import type { CheckContext } from '../lab/check-context.ts';
import type { Lab } from '../lab/lab.ts';
import type { TaskView } from '../protocol/views.ts';

export interface GraderOptions {
  lab: Lab;
  /** Makes what one run of a check sees; usually `(options) => clients.context(options)`. */
  context: (options: { signal: AbortSignal; answer?: string }) => CheckContext;
  clock: Clock;
  /** Tasks that were passed before, in this session or an earlier one; they stay done. */
  passed?: readonly { task: string; at: number }[];
  /** A task's view changed. */
  onTask: (task: TaskView) => void;
  /** A task passed for the first time. */
  onPassed: (task: string, at: number) => void;
  /** A check is broken; for the log. */
  onBroken?: (task: string, error: unknown) => void;
}

/** Why checks run. `command`: the learner's command ended. `event`: the engine reported something. */
export type TriggerReason = 'start' | 'command' | 'event' | 'poll';

/** Grades the tasks of one session. */
export class Grader implements Disposable {
  constructor(options: GraderOptions) {
    void options;
  }

  /** In the order of the lab. */
  tasks(): TaskView[] {
    return [];
  }

  /** The sandbox is ready: grading may begin. */
  start(): void {}

  /** Somebody looks at the session, or nobody does: without an audience nothing is checked. */
  setWatched(watched: boolean): void {
    void watched;
  }

  /** Something happened: checks run soon, coalesced. */
  trigger(reason: TriggerReason): void {
    void reason;
  }

  /** Checks with this answer. False when there is no such task or it takes no answer. */
  answer(task: string, value: string): boolean {
    return task === value;
  }

  /** The learner asks for this one: checked now, and its verdict shown. False when there is no such task. */
  checkNow(task: string): boolean {
    return task === '';
  }

  /** Stops everything; safe to call twice. */
  [Symbol.dispose](): void {}
}
