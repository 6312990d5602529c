import { INPUT_FRAME_BYTES, INPUT_WINDOW_BYTES } from '../../../../sandbox-server/protocol/terminal.ts';

/** What was typed and not yet sent: a large paste goes out as fast as the shell takes it, and waits here meanwhile. */
export class InputWindow {
  readonly #send: (frame: Uint8Array<ArrayBuffer>) => void;
  #waiting: Uint8Array<ArrayBuffer>[] = [];
  #sent = 0;
  #taken = 0;

  constructor(send: (frame: Uint8Array<ArrayBuffer>) => void) {
    this.#send = send;
  }

  push(bytes: Uint8Array<ArrayBuffer>): void {
    this.#waiting.push(bytes);
    this.#pump();
  }

  /** The server handed on so many bytes, of all that was sent on this connection. */
  taken(bytes: number): void {
    this.#taken = Math.min(bytes, this.#sent);
    this.#pump();
  }

  /** The connection is over. Gives how many bytes were not sent; they are dropped. */
  reset(): number {
    const dropped = this.#waiting.reduce((sum, { length }) => sum + length, 0);
    this.#waiting = [];
    this.#sent = 0;
    this.#taken = 0;
    return dropped;
  }

  #pump(): void {
    for (;;) {
      const [next] = this.#waiting;
      const room = Math.min(INPUT_FRAME_BYTES, INPUT_WINDOW_BYTES - (this.#sent - this.#taken));
      if (next === undefined || room <= 0) return;
      const frame = next.subarray(0, room);
      if (frame.length < next.length) this.#waiting[0] = next.subarray(room);
      else this.#waiting.shift();
      this.#sent += frame.length;
      this.#send(frame);
    }
  }
}
