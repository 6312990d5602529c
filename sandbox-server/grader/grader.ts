import type { Clock } from '../clock.ts';
import type { Lab } from '../lab/lab.ts';
import type { TaskView } from '../protocol/views.ts';
import { Attempts } from './attempts.ts';
import { TaskProgress } from './task-state.ts';
import type { Verdict } from './verdict.ts';

export interface GraderOptions {
  lab: Lab;
  /** Runs the check of a task once. Never rejects; `signal` gives the run up. */
  check: (task: string, options: { signal: AbortSignal; answer?: string }) => Promise<Verdict>;
  clock: Clock;
  /** Tasks that were passed before, in this session or an earlier one; they stay done. */
  passed?: readonly { task: string; at: number }[];
  /** What was tried in this sandbox so far: the learner is told of it as before. What they try now is added. */
  attempts?: Attempts;
  /** A task's view changed. */
  onTask: (task: TaskView) => void;
  /** A task passed for the first time. */
  onPassed: (task: string, at: number) => void;
  /** A check is broken; for the log. */
  onBroken?: (task: string, error: unknown) => void;
}

/** Why checks run. `command`: the learner's command ended. `event`: the engine reported something. */
export type TriggerReason = 'start' | 'command' | 'event' | 'poll';

/** At once, in one session: checks wait for the sandbox more than they work. */
const MAX_RUNNING = 2;
/** A command or an event is often followed by another one: they cause one round of checks. */
const SETTLE_MS = 40;
/** Between two rounds; a flood of events costs no more than this allows. */
const MIN_ROUND_GAP_MS = 250;
/**
 * What was started may become true a little later, without another event: a server begins to listen. Most commands start
 * nothing, so they are followed by one look only: checks cost processes in the sandbox.
 */
const FOLLOW_UP_MS = { command: [1_500], event: [600, 1_500, 4_000] };
/** For what neither a command nor an event announced. */
export const POLL_MS = 15_000;
/** Of a typed answer. */
export const MAX_ANSWER_CHARS = 500;

/** Grades the tasks of one session, in one sandbox: after a reset there is a new one. */
export class Grader implements Disposable {
  readonly #options: GraderOptions;
  #tasks: Map<string, TaskProgress>;
  /** What was last said of a task, to say only changes. */
  readonly #said = new Map<string, string>();
  readonly #attempts: Attempts;
  readonly #queue = new Set<TaskProgress>();
  readonly #running = new Set<TaskProgress>();
  readonly #ended = new AbortController();
  #started = false;
  #watched = false;
  /** Something happened while nobody looked. */
  #missed = false;
  #roundTimer: Disposable | undefined;
  #lastRoundAt = -Infinity;
  #pollTimer: Disposable | undefined;
  #followUps: Record<keyof typeof FOLLOW_UP_MS, Disposable[]> = { command: [], event: [] };

  constructor(options: GraderOptions) {
    this.#options = options;
    this.#attempts = options.attempts ?? new Attempts();
    const passedAt = new Map(options.passed?.map(({ task, at }) => [task, at]));
    this.#tasks = new Map(
      Object.entries(options.lab.tasks).map(([id, task]) => [
        id,
        new TaskProgress(id, task, { doneAt: passedAt.get(id), attempt: this.#attempts.get(id) }),
      ]),
    );
    for (const task of this.#tasks.values()) this.#said.set(task.id, JSON.stringify(task.view()));
  }

  /**
   * The lab is another version of itself: what its checks said counts no more, and they run again. Answers stay; so does
   * what the learner was told about, and what is said of a check that changed is shown at once.
   */
  renew(lab: Lab): void {
    const before = this.#tasks;
    this.#queue.clear();
    this.#tasks = new Map(
      Object.entries(lab.tasks).map(([id, task]) => {
        const progress = new TaskProgress(id, task);
        const old = before.get(id);
        progress.answer = old?.answer;
        const isOther = old !== undefined && String(old.task.check) !== String(task.check);
        const canSay = task.answer === undefined || progress.answer !== undefined;
        if (canSay && (isOther || old?.isShown === true)) progress.ask();
        return [id, progress];
      }),
    );
    for (const task of this.#tasks.values()) this.#say(task);
    this.trigger('start');
  }

  /** In the order of the lab. */
  tasks(): TaskView[] {
    return [...this.#tasks.values()].map((task) => task.view());
  }

  /** The sandbox is ready: grading may begin. The first round finds out what is said of an untouched sandbox. */
  start(): void {
    if (this.#started) return;
    this.#started = true;
    this.#round();
  }

  /** Somebody looks at the session, or nobody does: without an audience nothing is checked. */
  setWatched(watched: boolean): void {
    this.#watched = watched;
    if (watched && this.#missed) this.trigger('poll');
    this.#pollTimer?.[Symbol.dispose]();
    if (watched) this.#poll();
  }

  /** Something happened: checks run soon, coalesced. */
  trigger(reason: TriggerReason): void {
    if (this.#ended.signal.aborted) return;
    if (!this.#started || !this.#watched) {
      this.#missed = true;
      return;
    }
    this.#missed = false;
    if (reason === 'command' || reason === 'event') this.#planFollowUps(reason);
    if (this.#roundTimer) return;
    const wait = Math.max(SETTLE_MS, this.#lastRoundAt + MIN_ROUND_GAP_MS - this.#options.clock.now());
    this.#roundTimer = this.#options.clock.after(wait, () => this.#round());
  }

  /** Checks with this answer. False when there is no such task or it takes no answer. */
  answer(task: string, value: string): boolean {
    const progress = this.#tasks.get(task);
    if (!progress?.task.answer) return false;
    progress.answer = value.trim().slice(0, MAX_ANSWER_CHARS);
    return this.checkNow(task);
  }

  /** The learner asks for this one: checked now, and its verdict shown. False when there is no such task. */
  checkNow(task: string): boolean {
    const progress = this.#tasks.get(task);
    if (!progress || !this.#started || this.#ended.signal.aborted) return false;
    progress.ask();
    this.#say(progress);
    // Before all that nobody asked for.
    const others = [...this.#queue].filter((other) => other !== progress);
    this.#queue.clear();
    for (const next of [progress, ...others]) this.#queue.add(next);
    this.#work();
    return true;
  }

  /** Stops everything; safe to call twice. */
  [Symbol.dispose](): void {
    this.#ended.abort(new Error('the session ended'));
    this.#queue.clear();
    const { command, event } = this.#followUps;
    for (const timer of [this.#roundTimer, this.#pollTimer, ...command, ...event]) timer?.[Symbol.dispose]();
  }

  #round(): void {
    this.#roundTimer = undefined;
    const now = this.#options.clock.now();
    this.#lastRoundAt = now;
    for (const task of this.#tasks.values()) if (task.isOpen(now)) this.#queue.add(task);
    this.#work();
  }

  /** Starts what may run. A task that runs already stays in the queue: its check began before what happened. */
  #work(): void {
    for (const task of this.#queue) {
      if (this.#running.size >= MAX_RUNNING) return;
      if (this.#running.has(task)) continue;
      this.#queue.delete(task);
      this.#running.add(task);
      void this.#check(task).finally(() => {
        this.#running.delete(task);
        this.#work();
      });
    }
  }

  async #check(progress: TaskProgress): Promise<void> {
    const { check, clock, onPassed, onBroken } = this.#options;
    const { answer } = progress;
    const { signal } = this.#ended;
    const verdict = await check(progress.id, { signal, ...(answer === undefined ? {} : { answer }) });
    if (signal.aborted || this.#tasks.get(progress.id) !== progress) return;
    // The answer that this verdict is about has been replaced: the check for the new one is in the queue.
    if (answer !== progress.answer) return;
    if (verdict.kind === 'broken') onBroken?.(progress.id, verdict.error);
    const now = clock.now();
    const isFirstPass = progress.take(verdict, now);
    // Stored before it is shown.
    if (isFirstPass) onPassed(progress.id, now);
    this.#say(progress);
  }

  #say(progress: TaskProgress): void {
    if (progress.attempt !== undefined) this.#attempts.add(progress.attempt);
    const view = progress.view();
    const text = JSON.stringify(view);
    if (this.#said.get(progress.id) === text) return;
    this.#said.set(progress.id, text);
    this.#options.onTask(view);
  }

  #planFollowUps(reason: keyof typeof FOLLOW_UP_MS): void {
    for (const timer of this.#followUps[reason]) timer[Symbol.dispose]();
    this.#followUps[reason] = FOLLOW_UP_MS[reason].map((ms) =>
      this.#options.clock.after(ms, () => {
        if ([...this.#tasks.values()].some((task) => task.isPending)) this.trigger('poll');
      }),
    );
  }

  #poll(): void {
    this.#pollTimer = this.#options.clock.after(POLL_MS, () => {
      this.trigger('poll');
      this.#poll();
    });
  }
}
