import type { LabTask } from '../lab/lab.ts';
import type { TaskState, TaskView, VerdictView } from '../protocol/views.ts';
import type { Attempt } from './attempts.ts';
import type { Verdict } from './verdict.ts';

/** A broken check is tried again by itself after this, doubled each time up to the longest. */
const FIRST_RETRY_MS = 5_000;
const LONGEST_RETRY_MS = 120_000;

/**
 * What is known of one task.
 *
 * When is a "not yet" worth showing? A check says it from the start, of a sandbox in which nobody did anything. So the
 * first message is the base line, and `attempted` becomes true when a later check says something else (the learner got
 * nearer, or went wrong), when the learner answers, or when they ask to have it checked. That something is missing
 * is no attempt: what one task makes is what the next one misses something else for. Messages are compared without
 * expected and observed: the helpers keep there what changes by the way, such as the list of images there are.
 */
export class TaskProgress {
  readonly id: string;
  readonly task: LabTask;
  answer: string | undefined;
  #state: TaskState = 'todo';
  #verdict: VerdictView | undefined;
  #attempted = false;
  #doneAt: number | undefined;
  #baseline: string | undefined;
  /** Passed in this sandbox: only what was seen true here can lapse. */
  #seenTrue = false;
  #brokenTimes = 0;
  #retryAt = 0;

  /** `before`: what is known of it from before a restart, or from an earlier session. */
  constructor(id: string, task: LabTask, before: { doneAt?: number | undefined; attempt?: Attempt | undefined } = {}) {
    this.id = id;
    this.task = task;
    this.#doneAt = before.doneAt;
    this.answer = before.attempt?.answer;
    this.#attempted = before.attempt !== undefined;
    if (this.#doneAt !== undefined) this.#state = 'done';
  }

  view(): TaskView {
    return {
      id: this.id,
      state: this.#state,
      ...(this.#verdict && this.#state !== 'done' && this.#state !== 'todo' ? { verdict: this.#verdict } : {}),
      attempted: this.#attempted,
      ...(this.#doneAt === undefined ? {} : { doneAt: this.#doneAt }),
    };
  }

  /** Undefined before the first one. */
  get attempt(): Attempt | undefined {
    if (!this.#attempted) return undefined;
    return { task: this.id, ...(this.answer === undefined ? {} : { answer: this.answer }) };
  }

  /** Is there anything to find out, unasked? */
  isOpen(now: number): boolean {
    if (this.#retryAt > now) return false;
    if (this.task.answer && this.answer === undefined) return false;
    return this.#doneAt === undefined || this.task.holds === true;
  }

  /** True while a check could still say something new: not for what is done, or done and holding. */
  get isPending(): boolean {
    return this.#state !== 'done' && !(this.task.answer && this.answer === undefined);
  }

  /** What is known of it is shown to the learner. */
  get isShown(): boolean {
    return this.#attempted || this.#doneAt !== undefined;
  }

  /** The learner wants to know. */
  ask(): void {
    this.#attempted = true;
    if (this.#doneAt === undefined) this.#state = 'checking';
  }

  /** Takes a verdict. True when the task passed for the first time. */
  take(verdict: Verdict, now: number): boolean {
    if (verdict.kind !== 'broken') this.#brokenTimes = this.#retryAt = 0;
    switch (verdict.kind) {
      case 'pass': {
        const isFirst = this.#doneAt === undefined;
        this.#seenTrue = true;
        this.#doneAt ??= now;
        this.#state = 'done';
        this.#verdict = undefined;
        return isFirst;
      }
      case 'notYet':
        this.#baseline ??= verdict.view.message;
        if (verdict.view.message !== this.#baseline && verdict.missing !== true) this.#attempted = true;
        if (this.#doneAt === undefined) this.#set('notYet', verdict.view);
        else if (this.task.holds && this.#seenTrue) this.#set('lapsed', verdict.view);
        return false;
      case 'broken':
        this.#retryAt = now + Math.min(FIRST_RETRY_MS * 2 ** this.#brokenTimes++, LONGEST_RETRY_MS);
        if (this.#doneAt === undefined) this.#set('broken', verdict.view);
        return false;
    }
  }

  #set(state: TaskState, verdict: VerdictView): void {
    this.#state = state;
    this.#verdict = verdict;
  }
}
