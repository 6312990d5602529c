import type { Clock } from '../clock.ts';
import type { SessionLimits } from '../config.ts';
import { DrydockError } from '../errors.ts';

/** Using the lab moves its idle end; the page is told at most this often. */
const TOUCH_NOTICE_MS = 30_000;

/** When a session ends by itself: after its lifetime, or when nobody uses it. */
export class Lifetime {
  readonly #clock: Clock;
  readonly #limits: SessionLimits;
  #createdAt: number;
  #expiresAt: number;
  #lastUsedAt: number;
  #noticedAt = 0;

  constructor(clock: Clock, limits: SessionLimits, stored?: { createdAt: number; expiresAt: number }) {
    this.#clock = clock;
    this.#limits = limits;
    this.#createdAt = stored?.createdAt ?? clock.now();
    this.#expiresAt = stored?.expiresAt ?? this.#createdAt + limits.lifetimeMs;
    this.#lastUsedAt = clock.now();
  }

  get createdAt(): number {
    return this.#createdAt;
  }

  get expiresAt(): number {
    return this.#expiresAt;
  }

  get idleEndsAt(): number {
    return this.#lastUsedAt + this.#limits.idleMs;
  }

  /** Time counts from now on: what was before was waiting. */
  begin(): void {
    this.#createdAt = this.#clock.now();
    this.#lastUsedAt = this.#createdAt;
    this.#expiresAt = this.#createdAt + this.#limits.lifetimeMs;
  }

  get canExtend(): boolean {
    return this.#expiresAt < this.#longest();
  }

  extend(): void {
    this.#expiresAt = Math.min(this.#expiresAt + this.#limits.extendMs, this.#longest());
  }

  /** The learner did something. True when it is time to tell the new idle end. */
  touch(): boolean {
    const now = this.#clock.now();
    this.#lastUsedAt = now;
    if (now - this.#noticedAt < TOUCH_NOTICE_MS) return false;
    this.#noticedAt = now;
    return true;
  }

  /** Why it should end now, if it should. */
  over(now: number): DrydockError | undefined {
    if (now >= this.#expiresAt) return new DrydockError('session-expired');
    if (now >= this.idleEndsAt) return new DrydockError('session-idle');
    return undefined;
  }

  #longest(): number {
    return this.#createdAt + this.#limits.maxLifetimeMs;
  }
}
