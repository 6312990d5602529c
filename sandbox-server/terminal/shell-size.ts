import { setTimeout as sleep } from 'node:timers/promises';
import type { TerminalSize } from '../protocol/terminal.ts';
import type { HeldShell } from './held-shell.ts';

/** Between two sizes that a shell is told: a full-screen program redraws at each. */
const GAP_MS = 50;

/** The size of one terminal, and the telling of it to the shell: one at a time, and the last one wins, whatever floods in. */
export class ShellSize {
  settled: TerminalSize = { cols: 80, rows: 24 };
  #applying = false;
  #shell: HeldShell | undefined;

  /** False when it is what it was. */
  settle(size: TerminalSize): boolean {
    if (isSame(size, this.settled)) return false;
    this.settled = size;
    return true;
  }

  /** Tells the shell, soon. */
  apply(shell: HeldShell): void {
    this.#shell = shell;
    if (!this.#applying) void this.#apply(shell);
  }

  async #apply(shell: HeldShell): Promise<void> {
    this.#applying = true;
    const told = this.settled;
    try {
      await shell.resize(told);
      await sleep(GAP_MS, undefined, { ref: false });
    } catch {
      // The shell is going: its end is told by itself.
    }
    this.#applying = false;
    if (this.#shell !== undefined && (!isSame(told, this.settled) || this.#shell !== shell)) this.apply(this.#shell);
  }
}

function isSame(a: TerminalSize, b: TerminalSize): boolean {
  return a.cols === b.cols && a.rows === b.rows;
}
