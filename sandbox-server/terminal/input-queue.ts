import type { Duplex } from 'node:stream';
import type { Viewer } from './viewer.ts';

/** Typed by whom? Nobody when a program types. */
interface Piece {
  bytes: Buffer;
  viewer: Viewer | undefined;
}

/** What was typed and waits for the shell. Who fills it sees to its bounds. */
export class InputQueue {
  readonly #pieces: Piece[] = [];
  #bytes = 0;

  get bytes(): number {
    return this.#bytes;
  }

  push(bytes: Buffer, viewer?: Viewer): void {
    this.#pieces.push({ bytes, viewer });
    this.#bytes += bytes.length;
  }

  /** Hands on what the shell's stream takes. */
  drainInto(stream: Duplex): void {
    while (!stream.writableNeedDrain && stream.writable) {
      const piece = this.#pieces.shift();
      if (piece === undefined) return;
      const { bytes, viewer } = piece;
      this.#bytes -= bytes.length;
      stream.write(bytes);
      viewer?.taken(bytes.length);
    }
  }
}
