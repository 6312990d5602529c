import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';

/** Waits for it to be closed; resolves to how long that took, in milliseconds. */
export async function closedWithin(ms: number, what: string, closed: () => unknown): Promise<number> {
  const begun = performance.now();
  while (closed() === undefined) {
    assert.ok(performance.now() - begun < ms, `${what} is still open after ${ms / 1000} s`);
    await sleep(20);
  }
  return performance.now() - begun;
}
