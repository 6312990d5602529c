import type { LabRun } from './lab-run.ts';
import { SavePoint } from './save-point.ts';

/** A copy costs about two seconds of one processor. What takes less to do again, by all who begin there, is done again. */
const WORTH_MS = 2_000;
/** Where nobody begins, one is made only against having to do so much again: the next place may be one that cannot be copied. */
const PROVIDENT_MS = 10_000;

/** How many copies there may be at a time, of all lessons together. */
export class CopyRoom {
  /** Milliseconds: a copy is made only when it saves as much. */
  readonly worthMs: number;
  /** Milliseconds: the same where nobody begins yet. */
  readonly providentMs: number;
  #free: number;

  constructor(limit: number, worthMs = WORTH_MS, providentMs = PROVIDENT_MS) {
    this.#free = limit;
    this.worthMs = worthMs;
    this.providentMs = providentMs;
  }

  get free(): number {
    return this.#free;
  }

  take(): boolean {
    if (this.#free === 0) return false;
    this.#free--;
    return true;
  }

  give(): void {
    this.#free++;
  }
}

/** While a run follows the page, keeps the newest point of it where others may begin. */
export class SavePoints implements AsyncDisposable {
  readonly #run: LabRun;
  readonly #room: CopyRoom;
  #latest: SavePoint | undefined;
  /** What it takes to do again what came after the newest point. */
  #sinceMs = 0;
  #lookedAt = performance.now();

  constructor(run: LabRun, room: CopyRoom) {
    this.#run = run;
    this.#room = room;
  }

  get latest(): SavePoint | undefined {
    return this.#latest;
  }

  /** So many steps are done, and the next one is at that line; so many sandboxes begin here. */
  async offer(step: number, line: number, begins: number): Promise<void> {
    this.#sinceMs += performance.now() - this.#lookedAt;
    const isWorth = begins > 0 ? this.#sinceMs * begins >= this.#room.worthMs : this.#sinceMs >= this.#room.providentMs;
    if (isWorth) await this.#tryToSave(step, line);
    this.#lookedAt = performance.now();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#latest?.release();
    this.#latest = undefined;
  }

  async #tryToSave(step: number, line: number): Promise<void> {
    const beside = await this.#run.besideDisks();
    if (beside === undefined || !this.#room.take()) return;
    let kept = false;
    try {
      const disks = await this.#run.copyDisks();
      if (disks === undefined) return;
      kept = true;
      const before = this.#latest;
      this.#latest = new SavePoint({ step, line, disks, beside, onGone: () => this.#room.give() });
      this.#sinceMs = 0;
      await before?.release();
    } finally {
      if (!kept) this.#room.give();
    }
  }
}
