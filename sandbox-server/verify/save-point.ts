import type { DisksCopy } from '../backend/backend.ts';
import type { BesideDisks } from './rest-watch.ts';

/** A sandbox as it was when so much of the page had been done: where others may begin. */
export class SavePoint {
  /** So many steps of the page have been done. */
  readonly step: number;
  /** Line of the page; for reports. */
  readonly line: number;
  readonly disks: DisksCopy;
  readonly beside: BesideDisks;
  /** Containers were running, and a start has not brought one of them as far as it was. */
  isNotAsBefore = false;
  readonly #onGone: () => void;
  #holders = 1;

  constructor(options: { step: number; line: number; disks: DisksCopy; beside: BesideDisks; onGone: () => void }) {
    this.step = options.step;
    this.line = options.line;
    this.disks = options.disks;
    this.beside = options.beside;
    this.#onGone = options.onGone;
  }

  /** Who begins here starts containers again, which is nearly, but not quite, what the page has led to. */
  get hasRunning(): boolean {
    return [...this.beside.running.values()].some((containers) => containers.length > 0);
  }

  /** Somebody will begin here. */
  hold(): this {
    this.#holders++;
    return this;
  }

  /** By everybody who holds it, and by whoever made it; with the last one the copy is gone. */
  async release(): Promise<void> {
    if (--this.#holders > 0) return;
    try {
      await this.disks[Symbol.asyncDispose]();
    } finally {
      this.#onGone();
    }
  }
}
