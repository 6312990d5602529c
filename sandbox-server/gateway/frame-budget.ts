/** A page in use sends a few hundred frames a second at most: keys, mouse reports, acknowledgements, pieces of a paste. */
const FRAMES_PER_SECOND = 1_000;
/** And so many at once. */
const BURST_FRAMES = 3_000;

/** How many frames one socket may still send. Each costs the server a few microseconds, whatever is in it. */
export class FrameBudget {
  #left = BURST_FRAMES;
  #at: number;

  constructor(now: number) {
    this.#at = now;
  }

  /** Takes one. False when there is none left. `now`: milliseconds. */
  take(now: number): boolean {
    this.#left = Math.min(BURST_FRAMES, this.#left + ((now - this.#at) * FRAMES_PER_SECOND) / 1_000);
    this.#at = now;
    if (this.#left < 1) return false;
    this.#left--;
    return true;
  }
}
