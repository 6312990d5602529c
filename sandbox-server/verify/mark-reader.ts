/** Longer than any mark. */
const LONGEST_MARK = 32;
const MARK = /\x1b\](?:133;([A-D])(?:;(\d+))?|7770;(\d+))[^\x07\x1b]*(?:\x07|\x1b\\)/g;

/** Follows a shell through the marks that it prints: OSC 133 of its prompt, OSC 7770 of the trap that verify sets. */
export class MarkReader {
  /** The shell waits for a command. */
  atPrompt = false;
  /** The exit code of the last command that ended since `reset`. */
  ended: number | undefined;
  /** Codes of commands that failed since `reset`. */
  failed: number[] = [];
  #tail = '';

  /** A command is about to be typed. */
  reset(): void {
    this.atPrompt = false;
    this.ended = undefined;
    this.failed = [];
  }

  read(chunk: Buffer): void {
    const text = this.#tail + chunk.toString('latin1');
    let end = 0;
    for (const [mark, letter, code, failure] of text.matchAll(MARK)) {
      end = text.indexOf(mark, end) + mark.length;
      // What fails between a command's end and the prompt is the prompt's own.
      if (failure !== undefined && this.ended === undefined) this.failed.push(Number(failure));
      if (letter === 'D') this.ended = Number(code ?? 0);
      if (letter === 'B') this.atPrompt = true;
      if (letter === 'C') {
        this.atPrompt = false;
        this.ended = undefined;
      }
    }
    this.#tail = text.slice(Math.max(end, text.length - LONGEST_MARK));
  }
}
