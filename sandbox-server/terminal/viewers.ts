import type { TerminalServerMessage, TerminalSize } from '../protocol/terminal.ts';
import type { Viewer } from './viewer.ts';

/** Everybody who looks at one terminal, and what follows from there being many: one size, one that answers. */
export class Viewers implements Iterable<Viewer> {
  readonly #all = new Set<Viewer>();
  #uses = 0;

  [Symbol.iterator](): Iterator<Viewer> {
    return this.#all[Symbol.iterator]();
  }

  add(viewer: Viewer): void {
    this.#all.add(viewer);
    this.used(viewer);
  }

  /** False when it had left before. */
  delete(viewer: Viewer): boolean {
    return this.#all.delete(viewer);
  }

  /** It typed, or its page came into view. */
  used(viewer: Viewer): void {
    viewer.usedAt = ++this.#uses;
  }

  /** The lag of the one that is furthest ahead; none without viewers. */
  get lag(): number {
    let least: number | undefined;
    for (const { lag } of this.#all) least = Math.min(least ?? lag, lag);
    return least ?? 0;
  }

  /** The smallest of those who may type and are looked at; of those who may type, when nobody is. */
  get size(): TerminalSize | undefined {
    const sized = this.#typists().filter((viewer) => viewer.size !== undefined);
    const seen = sized.filter((viewer) => viewer.looking);
    const sizes = (seen.length > 0 ? seen : sized).map((viewer) => viewer.size!);
    if (sizes.length === 0) return undefined;
    return { cols: Math.min(...sizes.map(({ cols }) => cols)), rows: Math.min(...sizes.map(({ rows }) => rows)) };
  }

  /** The one whose automatic answers programs get. */
  get answerer(): Viewer | undefined {
    return this.#typists().toSorted((a, b) => Number(b.looking) - Number(a.looking) || b.usedAt - a.usedAt)[0];
  }

  tell(message: TerminalServerMessage): void {
    for (const { sink } of this.#all) sink.message(message);
  }

  /** Sends everybody away. */
  close(code: number, reason: string): void {
    for (const { sink } of this.#all) sink.close(code, reason);
    this.#all.clear();
  }

  #typists(): Viewer[] {
    return [...this.#all].filter((viewer) => !viewer.readOnly);
  }
}
