import type { WebSocket } from 'ws';
import type { TerminalHello, TerminalServerMessage } from '../../sandbox-server/protocol/terminal.ts';

const PATIENCE_MS = 15_000;

/** One terminal, as a page sees it: bytes with offsets, acknowledged as they come. */
export class TerminalSocket {
  readonly socket: WebSocket;
  readonly opened: Promise<void>;
  readonly messages: TerminalServerMessage[] = [];
  /** Acknowledge what comes; false plays a page that hangs. */
  acknowledge = true;
  offset = 0;
  closed: { code: number; reason: string } | undefined;
  #chunks: Buffer[] = [];
  readonly #waiting = new Set<() => void>();

  constructor(socket: WebSocket) {
    this.socket = socket;
    this.opened = new Promise((resolve, reject) => {
      socket.once('open', resolve);
      socket.once('error', reject);
    });
    socket.on('message', (data: Buffer, isBinary) => {
      if (isBinary) this.#onBytes(data);
      else this.#onMessage(JSON.parse(data.toString()) as TerminalServerMessage);
      this.#wake();
    });
    socket.on('close', (code, reason) => {
      this.closed = { code, reason: reason.toString() };
      this.#wake();
    });
  }

  get bytes(): Buffer {
    const all = Buffer.concat(this.#chunks);
    this.#chunks = [all];
    return all;
  }

  /** What it shows, without colours, titles and marks. */
  get text(): string {
    return this.bytes
      .toString('utf8')
      .replace(/\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b\[[0-9;?]*[ -/]*[@-~]|\x1b[=>()][0-9A-B]?/g, '');
  }

  get hello(): TerminalHello | undefined {
    return this.messages.findLast((message) => message.type === 'hello');
  }

  type(text: string): void {
    this.socket.send(Buffer.from(text), { binary: true });
  }

  /** Sends a text frame. */
  control(message: unknown): void {
    this.socket.send(typeof message === 'string' ? message : JSON.stringify(message));
  }

  /** Waits for text that comes from now on. */
  async sees(wanted: string | RegExp, ms = PATIENCE_MS, from = 0): Promise<string> {
    const matches = (text: string) => (typeof wanted === 'string' ? text.includes(wanted) : wanted.test(text));
    const deadline = performance.now() + ms;
    for (;;) {
      const text = this.text.slice(from);
      if (matches(text)) return text;
      const left = deadline - performance.now();
      if (left <= 0 || this.closed !== undefined) {
        throw new Error(
          `${String(wanted)} not seen${this.closed ? `, closed with ${this.closed.code}` : ''}. Seen: ${JSON.stringify(text.slice(-500))}`,
        );
      }
      await new Promise<void>((resolve) => {
        const wake = () => {
          clearTimeout(timer);
          this.#waiting.delete(wake);
          resolve();
        };
        const timer = setTimeout(wake, left);
        this.#waiting.add(wake);
      });
    }
  }

  /** Waits for a prompt, types a line, and waits for what it prints. */
  async runs(line: string, prints: string | RegExp, ms?: number): Promise<string> {
    const from = this.text.length;
    this.type(`${line}\r`);
    return this.sees(prints, ms, from);
  }

  /** Cuts the connection, as a lost network would. */
  cut(): void {
    this.socket.terminate();
  }

  async ended(): Promise<{ code: number; reason: string }> {
    if (this.closed === undefined) await new Promise((resolve) => this.socket.once('close', resolve));
    return this.closed!;
  }

  #onBytes(data: Buffer): void {
    this.#chunks.push(data);
    this.offset += data.length;
    if (this.acknowledge) this.control({ type: 'ack', offset: this.offset });
  }

  #onMessage(message: TerminalServerMessage): void {
    this.messages.push(message);
    if (message.type === 'hello') this.offset = message.offset;
  }

  #wake(): void {
    for (const wake of this.#waiting) wake();
  }
}
