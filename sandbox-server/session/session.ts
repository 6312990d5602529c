import type { Backend, SandboxRef } from '../backend/backend.ts';
import type { Clock } from '../clock.ts';
import type { SessionLimits } from '../config.ts';
import { DrydockError, toDrydockError } from '../errors.ts';
import type { LabLesson } from '../lab/lessons.ts';
import type { Log } from '../log.ts';
import type { SessionServerMessage } from '../protocol/events.ts';
import type { SessionState, SessionView } from '../protocol/views.ts';
import type { Store, StoredSession } from '../store/store.ts';
import type { Terminal } from '../terminal/terminal.ts';
import { Grading } from './grading.ts';
import { Preview } from './preview.ts';
import { prepareSandbox } from './prepare-sandbox.ts';
import { isFinal, mayGo } from './state.ts';
import { Steps } from './steps.ts';
import { Terminals } from './terminals.ts';

export interface SessionServices {
  backend: Backend;
  store: Store;
  clock: Clock;
  limits: SessionLimits;
  log: Log;
}

const START_STEPS = [
  'Make a network of its own',
  'Start the Docker Engine',
  'Put the lesson’s files in place',
  'Open the terminal',
];
const RESET_STEP = 'Remove the old sandbox';

/** Using the lab moves its idle end; the page is told at most this often. */
const TOUCH_NOTICE_MS = 30_000;

/** One learner's run of one lab. Owns one sandbox, its terminals and its grading. */
export class Session {
  readonly id: string;
  readonly learner: string;
  readonly lesson: LabLesson;
  readonly #services: SessionServices;
  readonly #steps: Steps;
  readonly #terminals: Terminals;
  readonly #listeners = new Set<(message: SessionServerMessage) => void>();
  readonly #createdAt: number;
  #state: SessionState = 'queued';
  #expiresAt: number;
  #lastUsedAt: number;
  #noticedAt = 0;
  #generation = 1;
  #grading: Grading | undefined;
  #preview: Preview | undefined;
  #problem: DrydockError | undefined;
  #abort = new AbortController();
  #stopping: Promise<void> | undefined;

  constructor(options: {
    id: string;
    learner: string;
    lesson: LabLesson;
    services: SessionServices;
    stored?: StoredSession;
  }) {
    const { services, stored } = options;
    this.id = options.id;
    this.learner = options.learner;
    this.lesson = options.lesson;
    this.#services = services;
    this.#createdAt = stored?.createdAt ?? services.clock.now();
    this.#expiresAt = stored?.expiresAt ?? this.#createdAt + services.limits.lifetimeMs;
    this.#lastUsedAt = services.clock.now();
    this.#steps = new Steps(services.clock, () => this.#announce());
    this.#terminals = new Terminals({
      backend: services.backend,
      sandbox: () => this.sandbox,
      limit: services.limits.maxTerminals,
      onCommandEnd: () => this.#grading?.trigger('command'),
      onInput: () => this.touch(),
      onChange: () => {
        this.#save();
        this.#announce();
      },
    });
  }

  get state(): SessionState {
    return this.#state;
  }

  /** The way to its web servers, while it has a sandbox. */
  get preview(): Preview | undefined {
    return this.#preview;
  }

  get sandbox(): SandboxRef {
    return { id: `${this.id}${this.#generation}`, machines: this.lesson.lab.sandbox.machines ?? ['host'] };
  }

  /** When it became final, for the registry to forget it some time later. */
  finalSince: number | undefined;

  /** Starts the sandbox. Resolves when it is ready, failed or stopped; never rejects. */
  async start(): Promise<void> {
    if (!this.#go('starting')) return;
    this.#steps.plan(START_STEPS);
    await this.#bringUp();
  }

  /** Takes up a sandbox that runs already, after a restart of the server. */
  adopt(stored: StoredSession): void {
    this.#generation = Number(stored.sandbox.id.slice(this.id.length)) || 1;
    this.#state = 'ready';
    this.#terminals.restore(stored.terminals);
    this.#watchSandbox();
  }

  /** A fresh sandbox; what is in the old one is gone. Finished tasks stay finished. */
  async reset(): Promise<void> {
    if (!this.#go('resetting')) throw new DrydockError('not-ready');
    this.touch();
    this.#steps.plan([RESET_STEP, ...START_STEPS]);
    this.#steps.begin(RESET_STEP);
    this.#tearDown();
    const old = this.sandbox.id;
    this.#generation++;
    await this.#bringUp(old);
  }

  extend(): void {
    if (!this.#canExtend()) throw new DrydockError('cannot-extend');
    const { extendMs, maxLifetimeMs } = this.#services.limits;
    this.#expiresAt = Math.min(this.#expiresAt + extendMs, this.#createdAt + maxLifetimeMs);
    this.touch();
    this.#save();
    this.#announce();
  }

  /** Ends it and removes the sandbox. Safe to call twice. `why` is told to the learner. */
  stop(why?: DrydockError): Promise<void> {
    this.#stopping ??= this.#stop(why);
    return this.#stopping;
  }

  /** The sandbox broke: tells the learner, removes what is left. */
  async lose(why: DrydockError): Promise<void> {
    if (this.#state === 'ready') await this.#fail(why);
  }

  /** Lets go of it without touching the sandbox: the server ends, the sandbox lives on. */
  release(): void {
    this.#terminals.closeAll('restarting');
    this.#grading?.[Symbol.dispose]();
    this.#preview?.[Symbol.dispose]();
    this.#listeners.clear();
  }

  /** The learner did something. */
  touch(): void {
    const now = this.#services.clock.now();
    this.#lastUsedAt = now;
    if (now - this.#noticedAt < TOUCH_NOTICE_MS) return;
    this.#noticedAt = now;
    this.#announce();
  }

  /** Why it should end now, if it should. */
  overdue(now: number): DrydockError | undefined {
    if (isFinal(this.#state) || this.#state === 'stopping') return undefined;
    if (now >= this.#expiresAt) return new DrydockError('session-expired');
    if (now >= this.#idleEndsAt()) return new DrydockError('session-idle');
    return undefined;
  }

  openTerminal(machine: string) {
    if (this.#state !== 'ready') throw new DrydockError('not-ready');
    this.touch();
    return this.#terminals.open(machine);
  }

  async closeTerminal(id: string): Promise<void> {
    await this.#terminals.close(id);
  }

  terminal(id: string): Terminal {
    return this.#terminals.get(id);
  }

  answer(task: string, value: string): void {
    this.touch();
    if (this.#grading === undefined) throw new DrydockError('not-ready');
    if (!this.#grading.answer(task, value)) throw new DrydockError('unknown-task');
  }

  check(task: string): void {
    this.touch();
    if (this.#grading === undefined) throw new DrydockError('not-ready');
    if (!this.#grading.checkNow(task)) throw new DrydockError('unknown-task');
  }

  /** Somebody looks. `live`: asks for the live view too. */
  subscribe(listener: (message: SessionServerMessage) => void): { setLive: (on: boolean) => void } & Disposable {
    this.#listeners.add(listener);
    listener({ type: 'session', session: this.view() });
    this.#grading?.setWatched(true);
    const live = { on: false };
    return {
      setLive: (on) => {
        if (live.on === on) return;
        live.on = on;
        this.#liveViewers += on ? 1 : -1;
        const current = this.#grading?.setLive(this.#liveViewers > 0);
        if (on && current) listener({ type: 'live', live: current });
      },
      [Symbol.dispose]: () => {
        if (live.on) this.#grading?.setLive(--this.#liveViewers > 0);
        live.on = false;
        this.#listeners.delete(listener);
        if (this.#listeners.size === 0) this.#grading?.setWatched(false);
      },
    };
  }

  #liveViewers = 0;

  view(): SessionView {
    return {
      id: this.id,
      lesson: this.lesson.id,
      state: this.#state,
      steps: this.#steps.view(),
      now: this.#services.clock.now(),
      createdAt: this.#createdAt,
      expiresAt: this.#expiresAt,
      idleEndsAt: this.#idleEndsAt(),
      canExtend: this.#canExtend(),
      machines: this.sandbox.machines.map((name) => ({ name })),
      terminals: this.#terminals.views(),
      tasks: this.#grading?.tasks() ?? [],
      ...(this.#preview === undefined ? {} : { preview: `/preview/${this.#preview.token}` }),
      ...(this.#problem === undefined ? {} : { problem: this.#problem.view() }),
    };
  }

  /** What is being removed and brought up must have ended before the session's sandbox can be removed for good. */
  #bringingUp: Promise<void> = Promise.resolve();

  #bringUp(old?: string): Promise<void> {
    this.#bringingUp = old === undefined ? this.#startSandbox() : this.#replaceSandbox(old);
    return this.#bringingUp;
  }

  async #replaceSandbox(old: string): Promise<void> {
    try {
      await this.#services.backend.destroy(old);
    } catch (error) {
      await this.#fail(toDrydockError(error, 'start-failed'));
      return;
    }
    if (!this.#abort.signal.aborted) await this.#startSandbox();
  }

  async #startSandbox(): Promise<void> {
    const { backend, log, clock } = this.#services;
    const { signal } = this.#abort;
    const begun = clock.now();
    this.#save();
    try {
      const { sandbox } = this;
      await backend.create(
        { ...sandbox, labels: { lesson: this.lesson.id } },
        { signal, onStep: (step) => this.#steps.begin(step) },
      );
      this.#steps.begin('Put the lesson’s files in place');
      await prepareSandbox(backend, sandbox, this.lesson, { signal });
      this.#steps.begin('Open the terminal');
      await this.#terminals.open(sandbox.machines[0] ?? 'host');
      signal.throwIfAborted();
      this.#steps.finish();
      this.#watchSandbox();
      this.#go('ready');
      log.info({ session: this.id, lesson: this.lesson.id, ms: clock.now() - begun }, 'session ready');
    } catch (error) {
      if (signal.aborted) return;
      await this.#fail(toDrydockError(error, 'start-failed'));
    }
  }

  #watchSandbox(): void {
    this.#preview = new Preview(this.#services.backend, this.sandbox);
    this.#grading = new Grading({
      services: this.#services,
      session: this.id,
      learner: this.learner,
      lesson: this.lesson,
      sandbox: this.sandbox,
      emit: (message) => this.#emit(message),
      onStorageError: (error) => this.#emit({ type: 'error', error: error.view() }),
    });
    this.#grading.setWatched(this.#listeners.size > 0);
    this.#grading.setLive(this.#liveViewers > 0);
  }

  #tearDown(): void {
    this.#grading?.[Symbol.dispose]();
    this.#grading = undefined;
    this.#preview?.[Symbol.dispose]();
    this.#preview = undefined;
    this.#terminals.closeAll('ended');
  }

  async #stop(why: DrydockError | undefined): Promise<void> {
    if (isFinal(this.#state)) return;
    this.#problem = why;
    this.#abort.abort();
    this.#go('stopping');
    await this.#bringingUp;
    this.#tearDown();
    await this.#removeSandbox();
    this.#go('ended');
  }

  async #fail(why: DrydockError): Promise<void> {
    this.#services.log.error({ session: this.id, code: why.code, err: why.cause ?? why }, why.message);
    this.#problem = why;
    if (!this.#go('failed')) return;
    this.#abort.abort();
    this.#tearDown();
    await this.#removeSandbox();
  }

  async #removeSandbox(): Promise<void> {
    try {
      await this.#services.backend.destroy(this.sandbox.id);
    } catch (error) {
      // The registry's next reconciliation finds what is left by its label.
      this.#services.log.warn({ session: this.id, err: error }, 'could not remove the sandbox; it is tried again');
    }
  }

  #go(to: SessionState): boolean {
    if (!mayGo(this.#state, to)) return false;
    this.#state = to;
    if (isFinal(to)) this.finalSince = this.#services.clock.now();
    this.#save();
    this.#announce();
    return true;
  }

  #save(): void {
    const { store, log } = this.#services;
    try {
      if (isFinal(this.#state)) store.deleteSession(this.id);
      else {
        store.saveSession({
          id: this.id,
          learner: this.learner,
          lesson: this.lesson.id,
          state: this.#state,
          sandbox: { ...this.sandbox, machines: [...this.sandbox.machines] },
          terminals: this.#terminals.views(),
          createdAt: this.#createdAt,
          expiresAt: this.#expiresAt,
        });
      }
    } catch (error) {
      log.error({ session: this.id, err: error }, 'could not store the session; it would not survive a restart');
    }
  }

  #canExtend(): boolean {
    return this.#state === 'ready' && this.#expiresAt < this.#createdAt + this.#services.limits.maxLifetimeMs;
  }

  #idleEndsAt(): number {
    return this.#lastUsedAt + this.#services.limits.idleMs;
  }

  #announce(): void {
    if (this.#listeners.size > 0) this.#emit({ type: 'session', session: this.view() });
  }

  #emit(message: SessionServerMessage): void {
    for (const listener of this.#listeners) listener(message);
  }
}
