import type { Backend, SandboxRef } from '../../backend/backend.ts';
import type { Clock } from '../../clock.ts';
import type { PoolLimits } from '../../config.ts';
import { type LabLesson, partsOf } from '../../lab/lessons.ts';
import type { Log } from '../../log.ts';
import { Demand } from './demand.ts';
import { sandboxKind } from './sandbox-kind.ts';
import { WarmSandbox } from './warm-sandbox.ts';

/** A learner who just got a sandbox has the host for themselves for a moment. */
const REFILL_AFTER_MS = 1_000;
/** After one could not be made: whatever is wrong, learners who start are told, and the pool does not hammer on it. */
const REST_AFTER_FAILURE_MS = 60_000;

export interface WarmPoolOptions {
  backend: Backend;
  clock: Clock;
  log: Log;
  limits: PoolLimits;
}

interface Entry {
  key: string;
  sandbox: SandboxRef;
  ready: Promise<WarmSandbox>;
  /** There once it is ready. */
  warm?: WarmSandbox;
}

/**
 * Sandboxes that run before somebody wants them: as many of each kind as learners asked for lately, within the limits. One
 * is made at a time, and only while `mayGrow` says that nobody waits and that there is room.
 */
export class WarmPool {
  readonly #options: WarmPoolOptions;
  readonly #demand: Demand;
  /** The one that is being made is among them. */
  readonly #entries = new Set<Entry>();
  readonly #removing = new Set<Promise<void>>();
  readonly #abort = new AbortController();
  #making: Entry | undefined;
  #timer: Disposable | undefined;
  #restUntil = 0;
  #mayGrow: () => Promise<boolean> = () => Promise.resolve(false);

  constructor(options: WarmPoolOptions) {
    this.#options = options;
    this.#demand = new Demand(options.clock);
  }

  /** Starts to fill. `mayGrow`: nobody waits for a start, and there is room for one more. */
  open(mayGrow: () => Promise<boolean>): void {
    this.#mayGrow = mayGrow;
  }

  /** How many there are, the one that is being made included. */
  get size(): number {
    return this.#entries.size;
  }

  ids(): string[] {
    return [...this.#entries].map(({ sandbox }) => sandbox.id);
  }

  /** Somebody may soon want a sandbox for this lesson. */
  expect(lesson: LabLesson, learner: string): void {
    this.#demand.note(lesson, learner);
    this.#wake(0);
  }

  has(lesson: LabLesson): boolean {
    const { key } = sandboxKind(lesson);
    return [...this.#entries].some((entry) => entry.key === key && (entry.warm?.isWhole ?? true));
  }

  /** One for this lesson, if there is one; the one that is being made counts. From now on it is the caller’s. */
  take(lesson: LabLesson, learner: string): { sandbox: SandboxRef; ready: Promise<WarmSandbox> } | undefined {
    this.#demand.note(lesson, learner);
    this.#wake(REFILL_AFTER_MS);
    const { key } = sandboxKind(lesson);
    const ofKind = [...this.#entries].filter((entry) => entry.key === key);
    for (const entry of ofKind) if (entry.warm?.isWhole === false) void this.#remove(entry);
    const entry = ofKind.find(({ warm }) => warm?.isWhole) ?? ofKind.find(({ warm }) => warm === undefined);
    if (entry === undefined) return undefined;
    this.#entries.delete(entry);
    return entry;
  }

  /** Removes one to make room. False when there is none. */
  async giveBack(): Promise<boolean> {
    // What was wanted longest ago goes first; the one that is being made would have to be waited for.
    const wanted = this.#demand.kinds();
    const removable = [...this.#entries].filter(({ warm }) => warm !== undefined);
    const entry =
      removable.find(({ key }) => !wanted.includes(key)) ??
      removable.sort((a, b) => wanted.indexOf(b.key) - wanted.indexOf(a.key))[0];
    if (entry === undefined) return false;
    await this.#remove(entry);
    return true;
  }

  /** A sandbox broke. False when it is none of the pool’s. */
  lost(id: string): boolean {
    const entry = [...this.#entries].find(({ sandbox, warm }) => sandbox.id === id && warm !== undefined);
    if (entry === undefined) return false;
    void this.#remove(entry);
    return true;
  }

  /** Gives back what nobody wants any more, and makes what is missing. Called from time to time. */
  tick(): void {
    this.#wake(0);
  }

  /** Removes all of them. */
  async close(): Promise<void> {
    this.release();
    const making = this.#making?.ready.catch(() => undefined);
    for (const entry of this.#entries) if (entry.warm !== undefined) void this.#remove(entry);
    await making;
    await Promise.all(this.#removing);
  }

  /** Lets go of them: the next server’s first look at the engine removes them. */
  release(): void {
    this.#abort.abort(new Error('the pool is closed'));
    this.#timer?.[Symbol.dispose]();
    for (const { warm } of this.#entries) warm?.leave();
  }

  #wake(ms: number): void {
    if (this.#abort.signal.aborted || this.#options.limits.total === 0) return;
    this.#timer?.[Symbol.dispose]();
    this.#timer = this.#options.clock.after(ms, () => void this.#keepUp());
  }

  async #keepUp(): Promise<void> {
    const wanted = this.#demand.wanted(this.#options.limits);
    const ofKind = (key: string) => [...this.#entries].filter((entry) => entry.key === key);
    for (const key of new Set([...this.#entries].map((entry) => entry.key))) {
      const count = wanted.find((kind) => kind.key === key)?.count ?? 0;
      for (const entry of ofKind(key).slice(count)) if (entry.warm !== undefined) void this.#remove(entry);
    }
    const missing = wanted.find(({ key, count }) => ofKind(key).length < count);
    if (missing === undefined || this.#making !== undefined || this.size >= this.#options.limits.total) return;
    if (this.#options.clock.now() < this.#restUntil || !(await this.#mayGrow())) return;
    if (this.#making === undefined && !this.#abort.signal.aborted) await this.#make(missing.lesson);
  }

  async #make(lesson: LabLesson): Promise<void> {
    const { backend, clock, log } = this.#options;
    const kind = sandboxKind(lesson);
    const sandbox = WarmSandbox.newRef(partsOf(lesson.lab));
    const entry: Entry = {
      key: kind.key,
      sandbox,
      ready: WarmSandbox.make(backend, sandbox, kind, lesson, this.#abort.signal),
    };
    this.#making = entry;
    this.#entries.add(entry);
    const begun = clock.now();
    try {
      entry.warm = await entry.ready;
      log.info({ sandbox: sandbox.id, ms: clock.now() - begun }, 'a warm sandbox is ready');
    } catch (error) {
      this.#entries.delete(entry);
      if (!this.#abort.signal.aborted) log.warn({ err: error }, 'no warm sandbox could be made; it is tried again');
      this.#restUntil = clock.now() + REST_AFTER_FAILURE_MS;
    } finally {
      this.#making = undefined;
    }
    if (!this.#abort.signal.aborted) this.#wake(0);
    else if (entry.warm !== undefined && this.#entries.has(entry)) await this.#remove(entry);
  }

  #remove(entry: Entry): Promise<void> {
    const { backend, log } = this.#options;
    this.#entries.delete(entry);
    entry.warm?.leave();
    const removing = backend.destroy(entry.sandbox.id).catch((error: unknown) => {
      // The next reconciliation finds what is left by its label.
      log.warn({ sandbox: entry.sandbox.id, err: error }, 'could not remove a warm sandbox; it is tried again');
    });
    this.#removing.add(removing);
    return removing.finally(() => this.#removing.delete(removing));
  }
}
