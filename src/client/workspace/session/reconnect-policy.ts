/** First delay: a server that restarts is back in about two seconds, a dropped packet at once. */
export const FIRST_DELAY_MS = 400;
/** Longest delay: a learner who looks at the page again should not wait longer than this. */
export const MAX_DELAY_MS = 15_000;
/** Attempts after which the doubling stops; keeps 2 ** attempt finite. */
const DOUBLINGS = 10;

/**
 * Delay before the attempt that follows `failures` failures in a row: exponential, at most MAX_DELAY_MS, the upper half
 * of it random, so that a class does not come back in one instant after a restart.
 */
export function reconnectDelay(failures: number, random: () => number): number {
  const ceiling = Math.min(MAX_DELAY_MS, FIRST_DELAY_MS * 2 ** Math.min(Math.max(0, failures - 1), DOUBLINGS));
  return Math.round(ceiling / 2 + (ceiling / 2) * random());
}
