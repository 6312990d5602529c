import { randomBytes } from 'node:crypto';
import type { LostPart, SandboxStatus } from '../backend/backend.ts';
import { DrydockError } from '../errors.ts';
import { FEATURES } from '../lab/features.ts';
import type { LabLesson } from '../lab/lessons.ts';
import type { StoredSession } from '../store/store.ts';
import { Admission } from './admission/admission.ts';
import { reconcile } from './reconcile.ts';
import type { SessionServices } from './session-services.ts';
import { Session } from './session.ts';
import type { Preview } from './preview.ts';
import type { Share } from './shares.ts';
import { isLive } from './state.ts';

/** How often sessions' ends and leftovers are looked after. */
const REAP_EVERY_MS = 2_000;
const RECONCILE_EVERY_MS = 60_000;
const RECONCILE_SOON_MS = 10_000;
/** An ended session is remembered this long, so that its page can read why. */
const REMEMBER_MS = 10 * 60_000;

/** All sessions of this server. */
export class SessionRegistry {
  readonly #services: SessionServices;
  readonly #lessons: (id: string) => Promise<LabLesson>;
  readonly #sessions = new Map<string, Session>();
  readonly #admission: Admission;
  readonly #timers: Disposable[] = [];
  #closed = false;

  /** `lessons` finds a lesson with its lab; it rejects with `unknown-lesson` or `lesson-without-lab`. */
  constructor(services: SessionServices, lessons: (id: string) => Promise<LabLesson>) {
    this.#services = services;
    this.#lessons = lessons;
    this.#admission = new Admission(services, () => [...this.#sessions.values()]);
  }

  /** Takes up the sessions that outlived the last server, and keeps watch from now on. */
  async open(): Promise<void> {
    const { store, log, backend } = this.#services;
    const stored = store.sessions().sort((a, b) => a.createdAt - b.createdAt);
    // One question for all of them: a class of fifty is back in a moment.
    const there = await backend.statAll(stored.map(({ sandbox }) => sandbox));
    const running = [...there.values()].filter(({ state }) => state !== 'gone').length;
    // Before they are taken up: then the engine has much to do for each of them, which nobody need wait for.
    await this.#admission.open(running);
    const taken = await Promise.all(stored.map((session) => this.#takeUp(session, there.get(session.sandbox.id))));
    for (const session of taken) {
      if (session?.state !== 'queued') continue;
      await this.#admission.enter(session).catch((error: unknown) => {
        log.warn({ session: session.id, err: error }, 'session not taken up');
        this.#sessions.delete(session.id);
        store.deleteSession(session.id);
      });
    }
    // What belongs to no session goes in the background: nobody waits for that.
    void this.reconcile();
    this.#timers.push(
      backend.watch(
        (lost) => void this.#onLost(lost),
        () => void this.reconcile(),
      ),
    );
    // Of what was asked of the engine when the last server was killed, something may come about only now.
    this.#timers.push(this.#services.clock.after(RECONCILE_SOON_MS, () => void this.reconcile()));
    this.#every(REAP_EVERY_MS, () => this.reap());
    this.#every(RECONCILE_EVERY_MS, () => this.reconcile());
  }

  /** Undefined when it is over. */
  async #takeUp(
    stored: StoredSession,
    sandbox: SandboxStatus = { state: 'gone', down: [] },
  ): Promise<Session | undefined> {
    const { store, log } = this.#services;
    const about = { session: stored.id, state: stored.state, sandbox: sandbox.state };
    try {
      // It was to end: what is left of it goes with the leftovers.
      if (stored.state === 'stopping') throw new Error('it was being stopped');
      const session = this.#session(stored.id, stored.learner, await this.#lessons(stored.lesson), stored);
      session.adopt(stored, sandbox);
      log.info(about, 'session taken up again');
      return session;
    } catch (error) {
      log.info({ ...about, err: error }, 'session not taken up');
      this.#sessions.delete(stored.id);
      store.deleteSession(stored.id);
      return undefined;
    }
  }

  /** The learner's session of this lesson: the one that lives, or a new one, which starts or waits in the background. */
  async create(learner: string, lessonId: string): Promise<{ session: Session; isNew: boolean }> {
    const lesson = await this.#lessons(lessonId);
    const unmet = await this.#unmetNeeds(lesson);
    if (unmet !== undefined) throw unmet;
    const own = this.of(learner);
    const existing = own.find((session) => session.lesson.id === lessonId);
    if (existing !== undefined) return { session: existing, isNew: false };
    const { limits } = this.#services;
    if (own.length >= limits.maxPerLearner) throw new DrydockError('too-many-sessions');
    if (this.#closed) throw new DrydockError('not-ready', { detail: 'The server is stopping.' });
    const session = this.#session(randomBytes(8).toString('hex'), learner, lesson);
    try {
      await this.#admission.enter(session);
    } catch (error) {
      this.#sessions.delete(session.id);
      throw error;
    }
    return { session, isNew: true };
  }

  /** What the sandboxes here cannot do for this lesson's lab, in words; undefined when it can start. */
  async unmetNeeds(lessonId: string): Promise<DrydockError | undefined> {
    return this.#unmetNeeds(await this.#lessons(lessonId));
  }

  async #unmetNeeds({ lab }: LabLesson): Promise<DrydockError | undefined> {
    if (lab.sandbox.cluster !== undefined && this.#services.clusters === undefined)
      return new DrydockError('cluster-image-missing');
    const { needs = [] } = lab.sandbox;
    const lacking = needs.length === 0 ? [] : await this.#services.backend.lacks(needs);
    if (lacking.length === 0) return undefined;
    const detail = `The sandboxes of this server have no ${lacking.map((need) => FEATURES[need]).join(', and no ')}, which this lab needs.`;
    return new DrydockError('unmet-needs', { detail });
  }

  /** A learner opened a lesson: its lab may be wanted soon. */
  async expect(learner: string, lessonId: string): Promise<void> {
    const { pool } = this.#services;
    if (pool === undefined || this.#closed) return;
    const lesson = await this.#lessons(lessonId);
    if (this.of(learner).some((session) => session.lesson.id === lessonId)) return;
    if ((await this.#unmetNeeds(lesson)) === undefined) pool.expect(lesson, learner);
  }

  /** Somebody else's session looks like none. */
  get(learner: string | undefined, id: string): Session {
    const session = this.#sessions.get(id);
    if (session === undefined || session.learner !== learner) throw new DrydockError('unknown-session');
    return session;
  }

  /** The session that this link shows. */
  shared(token: string): { session: Session; share: Share } {
    for (const session of this.#sessions.values()) {
      const share = isLive(session.state) ? session.shares.find(token) : undefined;
      if (share !== undefined) return { session, share };
    }
    throw new DrydockError('unknown-share');
  }

  /** The preview with this token, of a session that is ready. */
  preview(token: string): Preview | undefined {
    return [...this.#sessions.values()].find((session) => session.state === 'ready' && session.preview?.token === token)
      ?.preview;
  }

  /** A lesson was changed while labs of it run. */
  useLesson(lesson: LabLesson, needsReset: boolean): void {
    for (const session of this.#live()) {
      if (session.lesson.id === lesson.id) session.useLesson(lesson, needsReset);
    }
  }

  /** The learner's sessions that have not ended. */
  of(learner: string): Session[] {
    return this.#live().filter((session) => session.learner === learner);
  }

  /** Ends sessions whose time is over, and forgets those that ended a while ago. */
  async reap(): Promise<void> {
    const now = this.#services.clock.now();
    await Promise.all(
      [...this.#sessions.values()].map(async (session) => {
        const why = session.overdue(now);
        if (why !== undefined) await session.stop(why);
        if (session.finalSince !== undefined && now - session.finalSince > REMEMBER_MS)
          this.#sessions.delete(session.id);
      }),
    );
    await this.#admission.look();
    this.#services.pool?.tick();
  }

  /** Compares what the engine has with what is ours. */
  reconcile(): Promise<void> {
    return reconcile(this.#services, () => [...this.#sessions.values()]);
  }

  /** Ends all sessions and their sandboxes. */
  async stopAll(): Promise<void> {
    this.#end();
    await Promise.all([
      this.#services.pool?.close(),
      ...[...this.#sessions.values()].map((session) =>
        session.stop(new DrydockError('session-expired', { detail: 'The server was stopped.' })),
      ),
    ]);
  }

  /** Lets go of all sessions; their sandboxes live on for the next server. */
  release(): void {
    this.#end();
    this.#services.pool?.release();
    for (const session of this.#sessions.values()) session.release();
  }

  #end(): void {
    this.#closed = true;
    for (const timer of this.#timers.splice(0)) timer[Symbol.dispose]();
  }

  #session(id: string, learner: string, lesson: LabLesson, stored?: StoredSession): Session {
    const session = new Session({
      id,
      learner,
      lesson,
      services: this.#services,
      ...(stored === undefined ? {} : { stored }),
      onState: (changed) => {
        if (!this.#closed) this.#admission.changed(changed);
      },
    });
    this.#sessions.set(id, session);
    return session;
  }

  #live(): Session[] {
    return [...this.#sessions.values()].filter((session) => isLive(session.state));
  }

  async #onLost(lost: LostPart): Promise<void> {
    // Nobody looks at a sandbox that waits.
    if (lost.reason !== 'programKilled' && this.#services.pool?.lost(lost.id) === true) return;
    const session = [...this.#sessions.values()].find((candidate) => candidate.sandbox.id === lost.id);
    if (lost.reason === 'programKilled') session?.tell(new DrydockError('program-killed'));
    else if (lost.reason === 'outOfMemory') await session?.lose(new DrydockError('out-of-memory'));
    else if (lost.reason === 'diskFull') await session?.lose(new DrydockError('disk-full'));
    else await session?.recover();
  }

  #every(ms: number, run: () => Promise<void>): void {
    let next: Disposable | undefined;
    const again = () => {
      next = this.#services.clock.after(ms, () => {
        void run()
          .catch((error: unknown) => this.#services.log.error({ err: error }, 'looking after sessions failed'))
          .finally(() => {
            if (!this.#closed) again();
          });
      });
    };
    again();
    this.#timers.push({ [Symbol.dispose]: () => next?.[Symbol.dispose]() });
  }
}
