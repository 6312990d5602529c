import type { SandboxRef, SandboxStatus } from '../backend/backend.ts';
import { DrydockError, toDrydockError } from '../errors.ts';
import type { LabLesson } from '../lab/lessons.ts';
import type { SessionServerMessage } from '../protocol/events.ts';
import type { QueueView, SessionState, SessionView } from '../protocol/views.ts';
import type { StoredSession } from '../store/store.ts';
import type { Terminal } from '../terminal/terminal.ts';
import { Audience } from './audience.ts';
import { keepSession } from './keep-session.ts';
import { Lifetime } from './lifetime.ts';
import type { NoticeCode } from './notices.ts';
import { OwnSandbox } from './own-sandbox.ts';
import { isForgotten, PlaceInQueue } from './place-in-queue.ts';
import type { Preview } from './preview.ts';
import { Recoveries } from './recoveries.ts';
import type { RunningSandbox } from './running-sandbox.ts';
import type { SessionServices } from './session-services.ts';
import { sessionView } from './session-view.ts';
import { Shares } from './shares.ts';
import { START_STEPS } from './start-sandbox.ts';
import { isFinal, mayGo } from './state.ts';
import { Steps } from './steps.ts';
import { Terminals } from './terminals.ts';

const RESET_STEP = 'Remove the old sandbox';
const RECOVER_STEP = 'Start the machine again, with its files';

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
  readonly #sandbox: OwnSandbox;
  readonly #queue = new PlaceInQueue();
  readonly #recoveries = new Recoveries();
  readonly #onState: (session: Session) => void;
  #lesson: LabLesson;
  #state: SessionState = 'queued';
  /** It must have ended before all of it can be gone. */
  #bringingUp: Promise<void> = Promise.resolve();
  #problem: DrydockError | undefined;
  #notice: NoticeCode | undefined;
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
    this.#lifetime = new Lifetime(clock, limits, options.stored);
    this.#steps = new Steps(clock, () => this.#announce());
    this.#terminals = new Terminals({
      backend,
      sandbox: () => this.sandbox,
      limit: limits.maxTerminals,
      onCommandEnd: () => this.#sandbox.running?.grading.trigger('command'),
      onInput: () => this.touch(),
      onChange: () => {
        this.#save();
        this.#announce();
      },
    });
    this.#audience = new Audience({
      now: () => clock.now(),
      hello: () => ({ type: 'session', session: this.view() }),
      onWatched: (watched) => this.#sandbox.running?.grading.setWatched(watched),
      onLive: (on) => this.#sandbox.running?.grading.setLive(on),
    });
    this.#sandbox = new OwnSandbox({
      ...{ session: this.id, learner: this.learner, services },
      ...{ steps: this.#steps, terminals: this.#terminals, audience: this.#audience },
      lesson: () => this.#lesson,
      stored: options.stored,
      onChange: () => this.#save(),
    });
  }

  get lesson(): LabLesson {
    return this.#lesson;
  }

  /** The lesson was changed while the lab runs: its checks are the new ones at once; its sandbox is when it is reset. */
  useLesson(lesson: LabLesson, needsReset: boolean): void {
    this.#lesson = lesson;
    if (needsReset && this.#sandbox.running !== undefined) this.#notice = 'lab-changed';
    this.#sandbox.running?.grading.useLesson(lesson);
    this.#announce();
  }

  get state(): SessionState {
    return this.#state;
  }

  /** The way to its web servers, while it has a sandbox. */
  get preview(): Preview | undefined {
    return this.#sandbox.running?.preview;
  }

  get sandbox(): SandboxRef {
    return this.#sandbox.ref;
  }

  /** When it became final, for the registry to forget it some time later. */
  finalSince: number | undefined;

  /** When it got its place; undefined while it waits for one. */
  get startedAt(): number | undefined {
    return this.#state === 'queued' || this.#queue.view !== undefined ? undefined : this.#lifetime.createdAt;
  }

  /** When it ends unless it is used or extended. */
  get endsAt(): number {
    return Math.min(this.#lifetime.expiresAt, this.#lifetime.idleEndsAt);
  }

  /** It has to wait: here in the queue. */
  wait(queue: QueueView): void {
    if (this.#state !== 'queued') return;
    const { isNew, isWorthTelling } = this.#queue.move(queue);
    if (isNew) this.#save();
    if (isWorthTelling) this.#announce();
  }

  /** Starts the sandbox. Resolves when it is ready, failed or stopped; never rejects. */
  async start(): Promise<void> {
    if (this.#state !== 'queued') return;
    this.#queue.leave();
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
      else this.#sandbox.use();
    } else if (stored.state !== 'queued') {
      // Half made: with another name, so that what is left of it is nobody's.
      this.#sandbox.rename();
      this.#notice = stored.state === 'resetting' ? 'restarted-reset' : 'restarted-start';
    }
  }

  /**
   * Its machines stopped: starts them again, with their files, as soon as the engine answers. A machine that stops again and
   * again is given up.
   */
  async recover(): Promise<void> {
    const now = this.#services.clock.now();
    if (!this.#recoveries.mayBeOneMore(now)) return this.lose(new DrydockError('sandbox-lost'));
    if (!this.#go('recovering', 'recovering')) return;
    this.#recoveries.add(now);
    this.#steps.plan([RECOVER_STEP]);
    this.#steps.begin(RECOVER_STEP);
    this.#sandbox.rest();
    this.#bringingUp = this.#recoverSandbox();
    await this.#bringingUp;
  }

  /** A fresh sandbox; what is in the old one is gone. Finished tasks stay finished. */
  async reset(): Promise<void> {
    if (!this.#go('resetting')) throw new DrydockError('not-ready');
    this.touch();
    const gone = this.#sandbox.discard();
    await this.#bringUp(async () => {
      this.#steps.plan([RESET_STEP, ...START_STEPS]);
      this.#steps.begin(RESET_STEP);
      await gone;
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
    this.#sandbox.giveUp();
    this.#terminals.closeAll('restarting');
    this.#sandbox.rest();
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
    return isForgotten(this.#audience.absentSince, now) ? new DrydockError('queue-left') : undefined;
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
    return sessionView({
      ...{ id: this.id, lesson: this.lesson.id, state: this.#state, now: this.#services.clock.now() },
      ...{ canExtend: this.#canExtend(), lifetime: this.#lifetime, steps: this.#steps, terminals: this.#terminals },
      ...{ shares: this.shares, sandbox: this.#sandbox, queue: this.#queue.view },
      ...{ problem: this.#problem, notice: this.#notice },
    });
  }

  async #recoverSandbox(): Promise<void> {
    try {
      await this.#sandbox.recover();
      this.#go('ready', 'recovered');
    } catch (error) {
      if (!this.#sandbox.isGivenUp) await this.#fail(toDrydockError(error, 'sandbox-lost'));
    }
  }

  /** `before`: what precedes a sandbox that is made from nothing. */
  #bringUp(before: () => Promise<void>): Promise<void> {
    this.#bringingUp = this.#obtainSandbox(before);
    return this.#bringingUp;
  }

  async #obtainSandbox(before: () => Promise<void>): Promise<void> {
    const { log, clock } = this.#services;
    const begun = clock.now();
    try {
      await this.#sandbox.obtain(before);
      this.#go('ready');
      log.info({ session: this.id, lesson: this.lesson.id, ms: clock.now() - begun }, 'session ready');
    } catch (error) {
      if (!this.#sandbox.isGivenUp) await this.#fail(toDrydockError(error, 'start-failed'));
    }
  }

  async #stop(why: DrydockError | undefined): Promise<void> {
    if (isFinal(this.#state)) return;
    this.#problem = why;
    this.#sandbox.giveUp();
    this.#go('stopping');
    await this.#bringingUp;
    await this.#sandbox.oldIsGone();
    await this.#sandbox.remove();
    this.#go('ended');
  }

  async #fail(why: DrydockError): Promise<void> {
    this.#services.log.error({ session: this.id, code: why.code, err: why.cause ?? why }, why.message);
    this.#problem = why;
    if (!this.#go('failed')) return;
    this.#sandbox.giveUp();
    await this.#sandbox.remove();
  }

  /** The learner did something with a task. */
  #grading(): RunningSandbox['grading'] {
    this.touch();
    const { running } = this.#sandbox;
    if (running === undefined) throw new DrydockError('not-ready');
    return running.grading;
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
      attempts: this.#sandbox.attempts.list(),
      createdAt,
      expiresAt,
    });
  }

  #announce(): void {
    if (this.#audience.isThere) this.#audience.tell({ type: 'session', session: this.view() });
  }
}
