import type { TerminalHello, TerminalServerMessage } from '../../sandbox-server/protocol/terminal.ts';
import type { ViewerSink } from '../../sandbox-server/terminal/viewer.ts';

/** Keeps what a viewer was sent. */
export class RecordingSink implements ViewerSink {
  readonly messages: TerminalServerMessage[] = [];
  readonly frames: number[] = [];
  #bytes: Buffer[] = [];
  closed: { code: number; reason: string } | undefined;

  bytes(chunk: Buffer): void {
    this.frames.push(chunk.length);
    this.#bytes.push(Buffer.from(chunk));
  }

  message(message: TerminalServerMessage): void {
    this.messages.push(message);
  }

  close(code: number, reason: string): void {
    this.closed = { code, reason };
  }

  get received(): Buffer {
    const all = Buffer.concat(this.#bytes);
    this.#bytes = [all];
    return all;
  }

  get text(): string {
    return this.received.toString('utf8');
  }

  get hellos(): TerminalHello[] {
    return this.messages.filter((message) => message.type === 'hello');
  }

  get sizes(): { cols: number; rows: number }[] {
    return this.messages.flatMap((m) => (m.type === 'size' ? [{ cols: m.cols, rows: m.rows }] : []));
  }
}
