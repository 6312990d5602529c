import { setTimeout as sleep } from 'node:timers/promises';
import { isConflict, isNotFound } from './statuses.ts';

/** The engine frees a network or volume a moment after its last container: asked this often, this many times. */
const BUSY_WAIT_MS = 100;
const BUSY_TRIES = 50;

/** Removes something as soon as the engine lets it go, within 5 s. What is gone already is no error. */
export async function whenFree(remove: () => Promise<unknown>): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      await remove();
      return;
    } catch (error) {
      if (isNotFound(error)) return;
      const busy = isConflict(error) || /has active endpoints|is already in progress/.test(String(error));
      if (!busy || attempt >= BUSY_TRIES) throw error;
      await sleep(BUSY_WAIT_MS);
    }
  }
}
