import { ACK_EVERY_BYTES, type TerminalHello } from '../../../../sandbox-server/protocol/terminal.ts';

/**
 * What to do with the screen before the bytes that follow a hello.
 *
 * continue: they follow what is shown. clear: they are the stream from its start, shown already in part.
 * newEpoch: it is another shell, so they follow too, and what the one before printed last is not known.
 */
export interface HelloPlan {
  screen: 'continue' | 'clear' | 'newEpoch';
  /** Bytes that are lost for good; 0 for none. */
  missed: number;
}

/**
 * Where this viewer is in a terminal's stream. Received runs ahead of parsed: a chunk waits in the terminal's write
 * buffer in between. Coming back asks for what was not received; acks say what was parsed.
 */
export class StreamPosition {
  #epoch: string | undefined;
  #received = 0;
  #parsed = 0;
  #acked = 0;
  #liveFrom = 0;

  /** To be said when connecting; undefined before the first hello of this page. */
  get resumeFrom(): { epoch: string; offset: number } | undefined {
    return this.#epoch === undefined ? undefined : { epoch: this.#epoch, offset: this.#received };
  }

  /** True while what is being parsed was printed before this viewer came: nobody waits for answers to it. */
  get replaying(): boolean {
    return this.#parsed < this.#liveFrom;
  }

  hello(hello: TerminalHello): HelloPlan {
    const before = this.#epoch;
    this.#epoch = hello.epoch;
    this.#received = hello.offset;
    // Chunks of the old connection may still wait to be parsed; their callbacks are told apart by their end offset.
    this.#parsed = hello.resumed ? Math.min(this.#parsed, hello.offset) : hello.offset;
    this.#acked = hello.offset;
    this.#liveFrom = hello.liveFrom;
    if (hello.resumed || before === undefined) return { screen: 'continue', missed: hello.missed };
    return { screen: before === hello.epoch ? 'clear' : 'newEpoch', missed: hello.missed };
  }

  /** Takes note of a frame and cuts it where replay ends, so that `replaying` is right for each piece. */
  receive(bytes: Uint8Array): { piece: Uint8Array; end: number; epoch: string | undefined }[] {
    const start = this.#received;
    this.#received += bytes.length;
    const cut = this.#liveFrom - start;
    const pieces = cut > 0 && cut < bytes.length ? [bytes.subarray(0, cut), bytes.subarray(cut)] : [bytes];
    let end = start;
    return pieces.map((piece) => ({ piece, end: (end += piece.length), epoch: this.#epoch }));
  }

  /** The terminal parsed everything before `end`. Returns the offset to acknowledge, if it is time to. */
  parsed(end: number, epoch: string | undefined): number | undefined {
    if (epoch !== this.#epoch || end <= this.#parsed) return undefined;
    this.#parsed = end;
    if (end - this.#acked < ACK_EVERY_BYTES) return undefined;
    this.#acked = end;
    return end;
  }
}
