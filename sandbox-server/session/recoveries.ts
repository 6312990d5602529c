/** A machine that has to be started again more often than this is broken. */
const MAX_RECOVERIES = 3;
const WITHIN_MS = 10 * 60_000;

/** When the machines of one session had to be started again lately. */
export class Recoveries {
  #at: number[] = [];

  /** False when it was too often. */
  mayBeOneMore(now: number): boolean {
    this.#at = this.#at.filter((at) => now - at < WITHIN_MS);
    return this.#at.length < MAX_RECOVERIES;
  }

  add(now: number): void {
    this.#at.push(now);
  }
}
