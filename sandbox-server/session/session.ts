import { randomBytes } from 'node:crypto';
import type { SandboxRef, SandboxStatus } from '../backend/backend.ts';
import { DrydockError, toDrydockError } from '../errors.ts';
import { type LabLesson, machinesOf } from '../lab/lessons.ts';
import type { SessionServerMessage } from '../protocol/events.ts';
import type { QueueView, SessionState, SessionView } from '../protocol/views.ts';
import type { StoredSession } from '../store/store.ts';
import type { Terminal } from '../terminal/terminal.ts';
import { Audience } from './audience.ts';
import { keepSession } from './keep-session.ts';
import { Lifetime } from './lifetime.ts';
import { noticeView, type NoticeCode } from './notices.ts';
import { obtainSandbox } from './obtain-sandbox.ts';
import type { Preview } from './preview.ts';
import { recoverSandbox } from './recover-sandbox.ts';
import { RunningSandbox } from './running-sandbox.ts';
import type { SessionServices } from './session-services.ts';
import { Shares } from './shares.ts';
import { START_STEPS } from './start-sandbox.ts';
import { isFinal, mayGo } from './state.ts';
import { Steps } from './steps.ts';
import { Terminals } from './terminals.ts';

/** A place in the queue is kept this long without a page: for a reload, a lost network, a restart of the server. */
const ABSENT_MS = 3 * 60_000;

/** An estimate that changes by less than this is not worth a message. */
const ESTIMATE_CHANGE_MS = 10_000;

const RESET_STEP = 'Remove the old sandbox';
const RECOVER_STEP = 'Start the machine again, with its files';

/** A machine that has to be started again more often than this is broken. */
const MAX_RECOVERIES = 3;
const RECOVERIES_WITHIN_MS = 10 * 60_000;

/** One learner's run of one lab: its states, and what each of them does with its sandbox. */
export class Session {
  readonly id: string;
  readonly learner: string;
  readonly #services: SessionServices;
  readonly #lifetime: Lifetime;
  readonly #steps: Steps;
  readonly #terminals: Terminals;
  readonly #audience: Audience;
  /** Who else may look. */
  readonly shares = new Shares(() => this.#announce());
  readonly #abort = new AbortController();
  readonly #onState: (session: Session) => void;
  #lesson: LabLesson;
  #state: SessionState = 'queued';
  #queue: QueueView | undefined;
  #sandbox: SandboxRef;
  #running: RunningSandbox | undefined;
  /** What is being brought up and what is being removed must have ended before all of it can be gone. */
  #bringingUp: Promise<void> = Promise.resolve();
  #removingOld: Promise<void> = Promise.resolve();
  #problem: DrydockError | undefined;
  #notice: NoticeCode | undefined;
  /** When its machines had to be started again lately. */
  #recoveries: number[] = [];
  #stopping: Promise<void> | undefined;

  constructor(options: {
    id: string;
    learner: string;
    lesson: LabLesson;
    services: SessionServices;
    stored?: StoredSession;
    /** Its state is another one. */
    onState?: (session: Session) => void;
  }) {
    const { services } = options;
    const { backend, clock, limits } = services;
    this.id = options.id;
    this.learner = options.learner;
    this.#lesson = options.lesson;
    this.#services = services;
    this.#onState = options.onState ?? (() => undefined);
    this.#sandbox = options.stored?.sandbox ?? this.#newSandbox();
    this.#lifetime = new Lifetime(clock, limits, options.stored);
    this.#steps = new Steps(clock, () => this.#announce());
    this.#terminals = new Terminals({
      backend,
      sandbox: () => this.sandbox,
      limit: limits.maxTerminals,
      onCommandEnd: () => this.#running?.grading.trigger('command'),
      onInput: () => this.touch(),
      onChange: () => {
        this.#save();
        this.#announce();
      },
    });
    this.#audience = new Audience({
      now: () => clock.now(),
      hello: () => ({ type: 'session', session: this.view() }),
      onWatched: (watched) => this.#running?.grading.setWatched(watched),
      onLive: (on) => this.#running?.grading.setLive(on),
    });
  }

  get lesson(): LabLesson {
    return this.#lesson;
  }

  /** The lesson was changed while the lab runs: its checks are the new ones at once; its sandbox is when it is reset. */
  useLesson(lesson: LabLesson, needsReset: boolean): void {
    this.#lesson = lesson;
    if (needsReset && this.#running !== undefined) this.#notice = 'lab-changed';
    this.#running?.grading.useLesson(lesson);
    this.#announce();
  }

  get state(): SessionState {
    return this.#state;
  }

  /** The way to its web servers, while it has a sandbox. */
  get preview(): Preview | undefined {
    return this.#running?.preview;
  }

  get sandbox(): SandboxRef {
    return this.#sandbox;
  }

  /** When it became final, for the registry to forget it some time later. */
  finalSince: number | undefined;

  /** When it got its place; undefined while it waits for one. */
  get startedAt(): number | undefined {
    return this.#state === 'queued' || this.#queue !== undefined ? undefined : this.#lifetime.createdAt;
  }

  /** When it ends unless it is used or extended. */
  get endsAt(): number {
    return Math.min(this.#lifetime.expiresAt, this.#lifetime.idleEndsAt);
  }

  /** It has to wait: here in the queue. */
  wait(queue: QueueView): void {
    if (this.#state !== 'queued') return;
    const before = this.#queue;
    this.#queue = queue;
    if (before === undefined) this.#save();
    const moved = Math.abs((before?.startsAt ?? 0) - (queue.startsAt ?? 0)) > ESTIMATE_CHANGE_MS;
    if (moved || before?.place !== queue.place || before.why !== queue.why) this.#announce();
  }

  /** Starts the sandbox. Resolves when it is ready, failed or stopped; never rejects. */
  async start(): Promise<void> {
    if (this.#state !== 'queued') return;
    this.#queue = undefined;
    this.#lifetime.begin();
    this.#go('starting');
    await this.#bringUp(async () => this.#steps.plan(START_STEPS));
  }

  /** Takes the session up as it was when the last server ended. What was being made has to be begun again: it is `queued`. */
  adopt(stored: StoredSession, sandbox: SandboxStatus): void {
    if (stored.state === 'ready' || stored.state === 'recovering') {
      this.#state = 'ready';
      this.#terminals.restore(stored.terminals);
      if (sandbox.state === 'gone') void this.lose(new DrydockError('sandbox-lost'));
      else if (sandbox.state === 'degraded') void this.recover();
      else this.#useSandbox();
    } else if (stored.state !== 'queued') {
      // Half made: with another name, so that what is left of it is nobody's.
      this.#sandbox = this.#newSandbox();
      this.#notice = stored.state === 'resetting' ? 'restarted-reset' : 'restarted-start';
    }
  }

  /**
   * Its machines stopped: starts them again, with their files, as soon as the engine answers. A machine that stops again and
   * again is given up.
   */
  async recover(): Promise<void> {
    const now = this.#services.clock.now();
    this.#recoveries = this.#recoveries.filter((at) => now - at < RECOVERIES_WITHIN_MS);
    if (this.#recoveries.length >= MAX_RECOVERIES) return this.lose(new DrydockError('sandbox-lost'));
    if (!this.#go('recovering', 'recovering')) return;
    this.#recoveries.push(now);
    this.#steps.plan([RECOVER_STEP]);
    this.#steps.begin(RECOVER_STEP);
    this.#running?.[Symbol.dispose]();
    this.#running = undefined;
    this.#bringingUp = this.#recoverSandbox();
    await this.#bringingUp;
  }

  /** A fresh sandbox; what is in the old one is gone. Finished tasks stay finished. */
  async reset(): Promise<void> {
    if (!this.#go('resetting')) throw new DrydockError('not-ready');
    this.touch();
    this.#leaveSandbox();
    this.#removingOld = this.#services.backend.destroy(this.#sandbox.id);
    // A warm sandbox need not wait for that; when it fails, the registry's next reconciliation removes what is left.
    this.#removingOld.catch((error: unknown) => {
      this.#services.log.warn({ session: this.id, err: error }, 'could not remove the old sandbox');
    });
    await this.#bringUp(async () => {
      this.#steps.plan([RESET_STEP, ...START_STEPS]);
      this.#steps.begin(RESET_STEP);
      await this.#removingOld;
    });
  }

  extend(): void {
    if (!this.#canExtend()) throw new DrydockError('cannot-extend');
    this.#lifetime.extend();
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

  /** Something went wrong in it that it survives. */
  tell(what: DrydockError): void {
    this.#audience.tell({ type: 'error', error: what.view() });
  }

  /** Lets go of it without touching the sandbox: the server ends, the sandbox lives on. */
  release(): void {
    this.#abort.abort();
    this.#terminals.closeAll('restarting');
    this.#running?.[Symbol.dispose]();
    this.#audience.leave();
  }

  /** The learner did something. */
  touch(): void {
    if (this.#lifetime.touch()) this.#announce();
  }

  /** Why it should end now, if it should. */
  overdue(now: number): DrydockError | undefined {
    if (isFinal(this.#state) || this.#state === 'stopping') return undefined;
    if (this.#state !== 'queued') return this.#lifetime.over(now);
    const { absentSince } = this.#audience;
    if (absentSince !== undefined && now - absentSince >= ABSENT_MS) return new DrydockError('queue-left');
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
    if (!this.#grading().answer(task, value)) throw new DrydockError('unknown-task');
  }

  check(task: string): void {
    if (!this.#grading().checkNow(task)) throw new DrydockError('unknown-task');
  }

  subscribe(listener: (message: SessionServerMessage) => void) {
    return this.#audience.subscribe(listener);
  }

  view(): SessionView {
    const { createdAt, expiresAt, idleEndsAt } = this.#lifetime;
    const running = this.#running;
    return {
      id: this.id,
      lesson: this.lesson.id,
      state: this.#state,
      steps: this.#steps.view(),
      now: this.#services.clock.now(),
      createdAt,
      expiresAt,
      idleEndsAt,
      canExtend: this.#canExtend(),
      machines: this.sandbox.machines.map((name) => ({ name })),
      terminals: this.#terminals.views(),
      tasks: running?.grading.tasks() ?? [],
      shares: this.shares.views(),
      ...(running === undefined ? {} : { preview: `/preview/${running.preview.token}` }),
      ...(this.#queue === undefined || this.#state !== 'queued' ? {} : { queue: this.#queue }),
      ...(this.#problem === undefined ? {} : { problem: this.#problem.view() }),
      ...(this.#notice === undefined ? {} : { notice: noticeView(this.#notice) }),
    };
  }

  async #recoverSandbox(): Promise<void> {
    const { signal } = this.#abort;
    try {
      await recoverSandbox(this.#services, this.sandbox, signal);
      signal.throwIfAborted();
      this.#steps.finish();
      this.#useSandbox();
      this.#go('ready', 'recovered');
    } catch (error) {
      if (!signal.aborted) await this.#fail(toDrydockError(error, 'sandbox-lost'));
    }
  }

  /** `before`: what precedes a sandbox that is made from nothing. */
  #bringUp(before: () => Promise<void>): Promise<void> {
    this.#bringingUp = this.#obtainSandbox(before);
    return this.#bringingUp;
  }

  async #obtainSandbox(before: () => Promise<void>): Promise<void> {
    const { log, clock } = this.#services;
    const { signal } = this.#abort;
    const begun = clock.now();
    try {
      await obtainSandbox(this.#services, {
        lesson: this.lesson,
        learner: this.learner,
        steps: this.#steps,
        terminals: this.#terminals,
        signal,
        own: (sandbox) => {
          this.#sandbox = sandbox;
          this.#save();
        },
        newSandbox: () => this.#newSandbox(),
        before,
      });
      this.#useSandbox();
      this.#go('ready');
      log.info({ session: this.id, lesson: this.lesson.id, ms: clock.now() - begun }, 'session ready');
    } catch (error) {
      if (!signal.aborted) await this.#fail(toDrydockError(error, 'start-failed'));
    }
  }

  #newSandbox(): SandboxRef {
    return { id: `${this.id}${randomBytes(2).toString('hex')}`, machines: machinesOf(this.lesson.lab) };
  }

  #useSandbox(): void {
    this.#running = new RunningSandbox({
      services: this.#services,
      session: this.id,
      learner: this.learner,
      lesson: this.lesson,
      sandbox: this.sandbox,
      emit: (message) => this.#audience.tell(message),
      onStorageError: (error) => this.#audience.tell({ type: 'error', error: error.view() }),
    });
    this.#running.grading.setWatched(this.#audience.isThere);
    this.#running.grading.setLive(this.#audience.wantsLive);
  }

  #leaveSandbox(): void {
    this.#running?.[Symbol.dispose]();
    this.#running = undefined;
    this.#terminals.closeAll('ended');
  }

  async #stop(why: DrydockError | undefined): Promise<void> {
    if (isFinal(this.#state)) return;
    this.#problem = why;
    this.#abort.abort();
    this.#go('stopping');
    await this.#bringingUp;
    await this.#removingOld.catch(() => undefined);
    this.#leaveSandbox();
    await this.#removeSandbox();
    this.#go('ended');
  }

  async #fail(why: DrydockError): Promise<void> {
    this.#services.log.error({ session: this.id, code: why.code, err: why.cause ?? why }, why.message);
    this.#problem = why;
    if (!this.#go('failed')) return;
    this.#abort.abort();
    this.#leaveSandbox();
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

  /** The learner did something with a task. */
  #grading(): RunningSandbox['grading'] {
    this.touch();
    if (this.#running === undefined) throw new DrydockError('not-ready');
    return this.#running.grading;
  }

  #canExtend(): boolean {
    return this.#state === 'ready' && this.#lifetime.canExtend;
  }

  #go(to: SessionState, notice?: NoticeCode): boolean {
    if (!mayGo(this.#state, to)) return false;
    this.#state = to;
    // What is told of a start goes with its end.
    if (notice !== undefined || to !== 'starting') this.#notice = notice;
    if (isFinal(to)) this.finalSince = this.#services.clock.now();
    this.#save();
    this.#announce();
    this.#onState(this);
    return true;
  }

  #save(): void {
    const { createdAt, expiresAt } = this.#lifetime;
    keepSession(this.#services, {
      id: this.id,
      learner: this.learner,
      lesson: this.lesson.id,
      state: this.#state,
      sandbox: { ...this.sandbox, machines: [...this.sandbox.machines] },
      terminals: this.#terminals.views(),
      createdAt,
      expiresAt,
    });
  }

  #announce(): void {
    if (this.#audience.isThere) this.#audience.tell({ type: 'session', session: this.view() });
  }
}
