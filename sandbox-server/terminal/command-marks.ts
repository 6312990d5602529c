/**
 * Finds the marks that the shell prints when a command ends: `ESC ] 133 ; D ; <code>` then BEL or ESC \
 * (https://gitlab.freedesktop.org/Per_Bothner/specifications/blob/master/proposals/semantic-prompts.md).
 * A learner can print them too, so they may only ever cause a look, never a verdict.
 */
export class CommandMarks {
  readonly #onEnd: (exitCode: number | null) => void;
  #tail = '';

  constructor(onEnd: (exitCode: number | null) => void) {
    this.#onEnd = onEnd;
  }

  scan(chunk: Buffer): void {
    if (this.#tail === '' && chunk.indexOf(START) === -1 && !chunk.subarray(-MARK_START.length).includes(ESC)) return;
    const text = this.#tail + chunk.toString('latin1');
    let consumed = 0;
    for (const match of text.matchAll(MARK)) {
      this.#onEnd(match[1] === undefined ? null : Number(match[1]));
      consumed = match.index + match[0].length;
    }
    const from = text.indexOf(MARK_START.slice(0, 2), Math.max(consumed, text.length - LONGEST_MARK));
    this.#tail = from === -1 ? (text.endsWith('\x1b') ? '\x1b' : '') : text.slice(from);
  }
}

const ESC = 0x1b;
const MARK_START = '\x1b]133;D';
const START = Buffer.from(MARK_START, 'latin1');
// The code is at most 255; a mark that is longer than this is not one of ours.
const LONGEST_MARK = 32;
const MARK = /\x1b\]133;D(?:;(\d{1,3}))?[^\x07\x1b]{0,16}(?:\x07|\x1b\\)/g;
