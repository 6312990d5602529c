import type { Backend, HostRoom } from '../../backend/backend.ts';
import type { Clock } from '../../clock.ts';
import type { Log } from '../../log.ts';

/** What the host has left changes within seconds when sandboxes start; a look costs a command on the engine. */
const FRESH_MS = 5_000;

/** What the host has left, looked at no more often than it is worth. */
export class HostWatch {
  readonly #backend: Backend;
  readonly #clock: Clock;
  readonly #log: Log;
  #seen: { at: number; room: Promise<HostRoom | undefined> } | undefined;

  constructor(backend: Backend, clock: Clock, log: Log) {
    this.#backend = backend;
    this.#clock = clock;
    this.#log = log;
  }

  /** Undefined when the engine does not say. */
  look(): Promise<HostRoom | undefined> {
    const now = this.#clock.now();
    if (this.#seen === undefined || now - this.#seen.at > FRESH_MS) {
      const room = this.#backend.room().catch((error: unknown) => {
        this.#log.warn({ err: error }, 'could not see what the host has left');
        return undefined;
      });
      this.#seen = { at: now, room };
    }
    return this.#seen.room;
  }

  /** It has changed. */
  forget(): void {
    this.#seen = undefined;
  }
}
