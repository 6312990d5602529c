import {
  HIGH_WATER_BYTES,
  LOW_WATER_BYTES,
  TAKEN_EVERY_BYTES,
  type TerminalServerMessage,
  type TerminalSize,
} from '../protocol/terminal.ts';
import type { OutputLog } from './output-log.ts';

/** Where a viewer's frames go: a WebSocket, or a test. */
export interface ViewerSink {
  bytes(chunk: Buffer): void;
  message(message: TerminalServerMessage): void;
  close(code: number, reason: string): void;
}

/** The largest binary frame: small enough that a keystroke's echo never waits long behind it. */
const MAX_FRAME_BYTES = 64 * 1024;

/** One page that looks at a terminal: what it was sent, what it acknowledged, and what it still has to get. */
export class Viewer {
  readonly sink: ViewerSink;
  /** It sees, and nothing that it sends reaches the shell. */
  readonly readOnly: boolean;
  size: TerminalSize | undefined;
  /** Its page can be seen. */
  looking = true;
  /** Rises with each use; tells who was there last. */
  usedAt = 0;
  readonly #log: OutputLog;
  readonly #onMissed: (viewer: Viewer, missed: number) => void;
  #sent: number;
  #acked: number;
  #typed = 0;
  #taken = 0;
  #takenSaid = 0;

  /** `from`: offset of the first byte it is to get. */
  constructor(options: {
    sink: ViewerSink;
    readOnly: boolean;
    log: OutputLog;
    from: number;
    /** It fell so far behind that bytes it lacks are gone; it goes on with what is kept. */
    onMissed: (viewer: Viewer, missed: number) => void;
  }) {
    this.sink = options.sink;
    this.readOnly = options.readOnly;
    this.#log = options.log;
    this.#onMissed = options.onMissed;
    this.#sent = options.from;
    this.#acked = options.from;
  }

  /** Bytes that were printed and that it has not yet parsed. */
  get lag(): number {
    return this.#log.end - this.#acked;
  }

  /** Bytes that it typed and that wait for the shell. */
  get pendingInput(): number {
    return this.#typed - this.#taken;
  }

  typed(bytes: number): void {
    this.#typed += bytes;
  }

  /** The shell took bytes that it typed: it hears of it now and then. */
  taken(bytes: number): void {
    this.#taken += bytes;
    if (this.#taken - this.#takenSaid < TAKEN_EVERY_BYTES) return;
    this.#takenSaid = this.#taken;
    this.sink.message({ type: 'taken', bytes: this.#taken });
  }

  /** Sends what it may have: at most HIGH_WATER_BYTES beyond what it acknowledged. */
  push(): void {
    if (this.#sent < this.#log.start) {
      // A stalled viewer gets nothing new on top of what it has not taken yet: what waits for it stays bounded.
      if (this.#sent - this.#acked > LOW_WATER_BYTES) return;
      const missed = this.#log.start - this.#sent;
      this.#sent = this.#log.start;
      this.#acked = this.#sent;
      this.#onMissed(this, missed);
    }
    while (this.#sent < this.#log.end) {
      const room = HIGH_WATER_BYTES - (this.#sent - this.#acked);
      if (room <= 0) return;
      const chunk = this.#log.read(this.#sent, Math.min(room, MAX_FRAME_BYTES));
      this.#sent += chunk.length;
      this.sink.bytes(chunk);
    }
  }

  /** An offset that was never sent is a lie, and counts as what was sent. */
  ack(offset: number): void {
    if (!Number.isSafeInteger(offset)) return;
    this.#acked = Math.min(Math.max(offset, this.#acked), this.#sent);
    this.push();
  }
}
