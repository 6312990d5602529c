import { randomBytes } from 'node:crypto';
import { DrydockError } from '../errors.ts';
import type { LabLesson } from '../lab/lessons.ts';
import type { SessionServices } from './session-services.ts';
import { Session } from './session.ts';
import type { Preview } from './preview.ts';
import type { Share } from './shares.ts';
import { isLive } from './state.ts';

/** How often sessions' ends and leftovers are looked after. */
const REAP_EVERY_MS = 2_000;
const RECONCILE_EVERY_MS = 60_000;
/** An ended session is remembered this long, so that its page can read why. */
const REMEMBER_MS = 10 * 60_000;

/** All sessions of this server. */
export class SessionRegistry {
  readonly #services: SessionServices;
  readonly #lessons: (id: string) => Promise<LabLesson>;
  readonly #sessions = new Map<string, Session>();
  readonly #timers: Disposable[] = [];
  #closed = false;

  /** `lessons` finds a lesson with its lab; it rejects with `unknown-lesson` or `lesson-without-lab`. */
  constructor(services: SessionServices, lessons: (id: string) => Promise<LabLesson>) {
    this.#services = services;
    this.#lessons = lessons;
  }

  /** Takes up the sessions that outlived the last server, removes what belongs to none, and keeps watch from now on. */
  async open(): Promise<void> {
    const { store, log, backend } = this.#services;
    for (const stored of store.sessions()) {
      try {
        const lesson = await this.#lessons(stored.lesson);
        const status = await backend.stat(stored.sandbox);
        if (stored.state !== 'ready' || status.state !== 'running') {
          // Half made or half removed when the last server ended; what is left of it goes with the leftovers.
          log.info({ session: stored.id, state: stored.state, sandbox: status.state }, 'session not taken up');
          store.deleteSession(stored.id);
          continue;
        }
        const session = new Session({
          id: stored.id,
          learner: stored.learner,
          lesson,
          services: this.#services,
          stored,
        });
        session.adopt(stored);
        this.#sessions.set(session.id, session);
        log.info({ session: stored.id }, 'session taken up again');
      } catch (error) {
        log.warn({ session: stored.id, err: error }, 'session not taken up');
        store.deleteSession(stored.id);
      }
    }
    await this.reconcile();
    this.#timers.push(backend.watch((lost) => void this.#onLost(lost)));
    this.#every(REAP_EVERY_MS, () => this.reap());
    this.#every(RECONCILE_EVERY_MS, () => this.reconcile());
  }

  /** The learner's session of this lesson: the one that lives, or a new one, which starts in the background. */
  async create(learner: string, lessonId: string): Promise<{ session: Session; isNew: boolean }> {
    const lesson = await this.#lessons(lessonId);
    const own = this.of(learner);
    const existing = own.find((session) => session.lesson.id === lessonId);
    if (existing !== undefined) return { session: existing, isNew: false };
    const { limits } = this.#services;
    if (own.length >= limits.maxPerLearner) throw new DrydockError('too-many-sessions');
    if (this.#live().length >= limits.maxSessions) throw new DrydockError('at-capacity');
    if (this.#closed) throw new DrydockError('not-ready', { detail: 'The server is stopping.' });
    const session = new Session({ id: randomBytes(8).toString('hex'), learner, lesson, services: this.#services });
    this.#sessions.set(session.id, session);
    void session.start();
    return { session, isNew: true };
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
  }

  /** Compares what the engine has with what the sessions own: leftovers go, sessions without a sandbox are told. */
  async reconcile(): Promise<void> {
    const { backend, log } = this.#services;
    try {
      const before = new Set([...this.#sessions.values()].map((session) => session.sandbox.id));
      const there = await backend.list();
      const owned = new Set(
        [...this.#sessions.values()].filter((s) => s.finalSince === undefined).map((s) => s.sandbox.id),
      );
      for (const id of there) {
        if (owned.has(id) || before.has(id)) continue;
        log.warn({ sandbox: id }, 'removing a sandbox that belongs to no session');
        await backend.destroy(id);
      }
      for (const session of this.#sessions.values()) {
        if (session.finalSince !== undefined && there.includes(session.sandbox.id))
          await backend.destroy(session.sandbox.id);
        if (session.state !== 'ready') continue;
        const { sandbox } = session;
        const status = await backend.stat(sandbox);
        if (status.state !== 'running' && session.sandbox.id === sandbox.id)
          await session.lose(new DrydockError('sandbox-lost'));
      }
    } catch (error) {
      log.warn({ err: error }, 'could not compare sandboxes with sessions; it is tried again');
    }
  }

  /** Ends all sessions and their sandboxes. */
  async stopAll(): Promise<void> {
    this.#end();
    await Promise.all(
      [...this.#sessions.values()].map((session) =>
        session.stop(new DrydockError('session-expired', { detail: 'The server was stopped.' })),
      ),
    );
  }

  /** Lets go of all sessions; their sandboxes live on for the next server. */
  release(): void {
    this.#end();
    for (const session of this.#sessions.values()) session.release();
  }

  #end(): void {
    this.#closed = true;
    for (const timer of this.#timers.splice(0)) timer[Symbol.dispose]();
  }

  #live(): Session[] {
    return [...this.#sessions.values()].filter((session) => isLive(session.state));
  }

  async #onLost(lost: { id: string; machine: string; reason: 'died' | 'outOfMemory' }): Promise<void> {
    const session = [...this.#sessions.values()].find((candidate) => candidate.sandbox.id === lost.id);
    await session?.lose(new DrydockError(lost.reason === 'outOfMemory' ? 'out-of-memory' : 'sandbox-lost'));
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
