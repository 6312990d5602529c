import type { HostRoom } from '../../backend/backend.ts';
import { DrydockError } from '../../errors.ts';
import type { QueueView } from '../../protocol/views.ts';
import type { SessionServices } from '../session-services.ts';
import type { Session } from '../session.ts';
import { capacityOf, defaultReserve, type Footprint, FOOTPRINT, type Reserve, shortOf } from './capacity.ts';
import { HostWatch } from './host-watch.ts';
import { expectedStarts, SessionLengths } from './waiting-time.ts';

/** More learners than this do not wait at once: whoever comes last would wait for hours. */
const MAX_WAITING = 200;
/** Sandboxes that may start at once, for each CPU of the host: more of them would all be late. */
const STARTS_PER_CPU = 2;
/** What a start takes, for the estimate of those who wait for their turn only. */
const START_MS = 2_000;

type Obstacle = QueueView['why'];

/**
 * Decides who gets a sandbox when. Places are counted once, from what the host has; after that nothing is started while all
 * places are held, too many are starting, or the host has less left than the reserve. Who must wait keeps the order of arrival.
 */
export class Admission {
  readonly #services: SessionServices;
  readonly #sessions: () => readonly Session[];
  readonly #host: HostWatch;
  readonly #footprint: Footprint;
  readonly #lengths = new SessionLengths();
  #waiting: Session[] = [];
  #places: number;
  #startSlots = STARTS_PER_CPU;
  #running: Promise<void> = Promise.resolve();
  #next: Promise<void> | undefined;

  constructor(services: SessionServices, sessions: () => readonly Session[]) {
    this.#services = services;
    this.#sessions = sessions;
    this.#host = new HostWatch(services.backend, services.clock, services.log);
    this.#places = services.limits.maxSessions;
    const { memoryBytes, cpus, diskBytes } = services.limits.footprint ?? {};
    this.#footprint = {
      memoryBytes: memoryBytes ?? FOOTPRINT.memoryBytes,
      cpus: cpus ?? FOOTPRINT.cpus,
      diskBytes: diskBytes ?? FOOTPRINT.diskBytes,
    };
  }

  get places(): number {
    return this.#places;
  }

  /** Counts the places. `running`: sandboxes that are there already, and in what the host has in use. */
  async open(running: number): Promise<void> {
    const { limits, log, pool } = this.#services;
    pool?.open(() => this.#mayGrow());
    const room = await this.#host.look();
    if (room === undefined) return;
    const reserve = this.#reserveOf(room);
    const capacity = capacityOf(room, this.#footprint, reserve, running);
    this.#places = Math.min(limits.maxSessions, Math.max(1, capacity.places));
    this.#startSlots = room.cpus * STARTS_PER_CPU;
    log.info({ ...capacity, places: this.#places }, 'places counted');
  }

  /** Lets a session start, now or when it is its turn. Resolves when that is decided. */
  async enter(session: Session): Promise<void> {
    if (this.#waiting.length >= MAX_WAITING) throw new DrydockError('at-capacity');
    this.#waiting.push(session);
    await this.look();
  }

  /** A session changed its state. */
  changed(session: Session): void {
    if (session.finalSince !== undefined && session.startedAt !== undefined)
      this.#lengths.add(session.finalSince - session.startedAt);
    if (this.#waiting.length > 0) void this.look();
  }

  /** Starts whom there is room for, and tells the others where they stand. Never rejects. */
  look(): Promise<void> {
    this.#next ??= this.#running.then(async () => {
      const current = this.#next;
      if (current !== undefined) this.#running = current;
      this.#next = undefined;
      try {
        await this.#admit();
      } catch (error) {
        this.#services.log.error({ err: error }, 'admitting learners failed; it is tried again');
      }
    });
    return this.#next;
  }

  async #admit(): Promise<void> {
    let obstacle: Obstacle | undefined;
    while (obstacle === undefined) {
      this.#waiting = this.#waiting.filter(({ state }) => state === 'queued');
      const [first] = this.#waiting;
      if (first === undefined) return;
      obstacle = await this.#obstacle(first);
      if (obstacle !== undefined || first.state !== 'queued') continue;
      this.#waiting.shift();
      void first.start();
    }
    this.#tell(obstacle);
  }

  async #obstacle(session: Session): Promise<Obstacle | undefined> {
    const { pool } = this.#services;
    const held = this.#held().length;
    if (held >= this.#places) return 'places';
    // A warm sandbox takes nothing that is not taken already.
    if (pool?.has(session.lesson) === true) return undefined;
    if (this.#starting() >= this.#startSlots) return 'turn';
    for (;;) {
      const short = this.#shortOf(await this.#host.look(), this.#starting() + 1);
      const crowded = held + (pool?.size ?? 0) >= this.#places;
      if (short === undefined && !crowded) return undefined;
      // What runs for nobody yet makes room first.
      if ((await pool?.giveBack()) !== true) return short;
      this.#host.forget();
    }
  }

  /** May a sandbox be made ahead? Not while anybody waits, starts, or would have to for it. */
  async #mayGrow(): Promise<boolean> {
    const held = this.#held();
    const busy = this.#waiting.length > 0 || held.some(({ state }) => state !== 'ready');
    if (busy || held.length + (this.#services.pool?.size ?? 0) + 1 > this.#places) return false;
    const room = await this.#host.look();
    // Twice the room of a learner’s: the next learner must still fit.
    return room !== undefined && this.#shortOf(room, 2) === undefined;
  }

  #tell(why: Obstacle): void {
    const { clock, limits } = this.#services;
    const held = this.#held();
    const starts = expectedStarts({
      now: clock.now(),
      waiting: this.#waiting.length,
      free: why === 'turn' ? Math.max(0, this.#places - held.length) : 0,
      startMs: START_MS / this.#startSlots,
      held: held.flatMap(({ startedAt, endsAt }) => (startedAt === undefined ? [] : { startedAt, endsAt })),
      lengths: this.#lengths,
      longestMs: limits.lifetimeMs,
    });
    for (const [index, session] of this.#waiting.entries()) {
      const startsAt = starts[index];
      session.wait({ place: index + 1, why, ...(startsAt === undefined ? {} : { startsAt }) });
    }
  }

  /** Without an answer of the engine nothing stands in the way: starting tells the learner what is wrong with it. */
  #shortOf(room: HostRoom | undefined, more: number): 'memory' | 'disk' | undefined {
    return room && shortOf(room, this.#footprint, this.#reserveOf(room), more);
  }

  #reserveOf(room: HostRoom): Reserve {
    const usual = defaultReserve(room);
    const { memoryBytes = usual.memoryBytes, diskBytes = usual.diskBytes } = this.#services.limits.reserve ?? {};
    return { memoryBytes, diskBytes };
  }

  /** Sessions that have a place: all but those that wait and those that are over. */
  #held(): Session[] {
    return this.#sessions().filter(({ state, finalSince }) => state !== 'queued' && finalSince === undefined);
  }

  #starting(): number {
    return this.#held().filter(({ state }) => state === 'starting').length;
  }
}
