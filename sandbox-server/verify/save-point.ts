import type { DisksCopy } from '../backend/backend.ts';
import type { ShellState } from './shell-state.ts';

/** A sandbox as it was when so much of the page had been done: where others may begin. */
export class SavePoint {
  /** So many steps of the page have been done. */
  readonly step: number;
  /** Line of the page; for reports. */
  readonly line: number;
  readonly disks: DisksCopy;
  /** Of the terminals that were open, by machine. */
  readonly shells: ReadonlyMap<string, ShellState>;
  readonly #onGone: () => void;
  #holders = 1;

  constructor(options: {
    step: number;
    line: number;
    disks: DisksCopy;
    shells: ReadonlyMap<string, ShellState>;
    onGone: () => void;
  }) {
    this.step = options.step;
    this.line = options.line;
    this.disks = options.disks;
    this.shells = options.shells;
    this.#onGone = options.onGone;
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
