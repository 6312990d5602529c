import { setTimeout as sleep } from 'node:timers/promises';
import type { Learner } from '../support/learner.ts';
import type { TerminalSocket } from '../support/terminal-socket.ts';

const RETRY_MS = 100;
const NUMBER = /#(\d+)\r\n/g;

/** How a shell counts: a line with each number, so that what is missing or came twice can be told. */
export const COUNT = {
  /** Twenty lines a second. */
  steadily: 'i=0; while :; do i=$((i+1)); echo "#$i"; sleep 0.05; done',
  /** Two hundred lines at once, four times a second. */
  inBursts: 'i=0; while :; do seq -f "#%.0f" $((i+1)) $((i+200)); i=$((i+200)); sleep 0.25; done',
} as const;

/** A page's view of a terminal that counts: comes back with its offset whenever the connection breaks. */
export class CountingTerminal {
  readonly #learner: Learner;
  readonly #session: string;
  readonly #terminal: string;
  readonly #over = new AbortController();
  #socket: TerminalSocket | undefined;
  #following: Promise<void> = Promise.resolve();
  #rest = '';
  #epoch = '';
  #offset = 0;
  /** The last number that came. */
  count = 0;
  /** Bytes that never came, or came again. */
  lost = 0;
  /** Bytes that the server said were no longer kept. */
  missed = 0;
  /** How often the connection broke. */
  breaks = 0;
  /** Another shell than the one that counts answered. */
  strange = 0;

  constructor(learner: Learner, session: string, terminal: string) {
    this.#learner = learner;
    this.#session = session;
    this.#terminal = terminal;
  }

  /** Starts counting and follows it until `stop`. */
  async start(how: string): Promise<void> {
    await this.#connect();
    await this.#socket!.sees('$ ');
    this.#socket!.type(`${how}\r`);
    await this.#socket!.sees('#1\r\n');
    this.#following = this.#follow();
  }

  async stop(): Promise<void> {
    this.#over.abort();
    this.#socket?.cut();
    await this.#following;
  }

  /** Waits until this many more numbers came. */
  async countsOn(more: number, ms: number): Promise<boolean> {
    const wanted = this.count + more;
    const deadline = performance.now() + ms;
    while (this.count < wanted && performance.now() < deadline) {
      this.#read();
      await sleep(RETRY_MS);
    }
    return this.count >= wanted;
  }

  async #follow(): Promise<void> {
    while (!this.#over.signal.aborted) {
      await this.#socket!.ended();
      this.#read();
      this.breaks++;
      while (!this.#over.signal.aborted) {
        try {
          await this.#connect();
          break;
        } catch {
          // The server is not back yet.
          await sleep(RETRY_MS);
        }
      }
    }
  }

  async #connect(): Promise<void> {
    const from = this.#epoch === '' ? '' : `?epoch=${this.#epoch}&offset=${this.#offset}`;
    const socket = await this.#learner.terminal(this.#session, this.#terminal, from);
    while (socket.hello === undefined && socket.closed === undefined) await sleep(5);
    const { hello } = socket;
    if (hello === undefined) throw new Error('no hello');
    if (this.#epoch !== '' && hello.epoch !== this.#epoch) this.strange++;
    else if (this.#epoch !== '') {
      this.missed += hello.missed;
      this.lost += Math.abs(hello.offset - hello.missed - this.#offset);
    }
    this.#epoch = hello.epoch;
    this.#taken = 0;
    this.#socket = socket;
  }

  #taken = 0;

  /** Reads on in what came, and compares it with how one counts. */
  #read(): void {
    const socket = this.#socket!;
    const bytes = socket.bytes.subarray(this.#taken);
    this.#taken += bytes.length;
    this.#offset = socket.offset;
    this.#rest += bytes.toString('latin1');
    let read = 0;
    for (const match of this.#rest.matchAll(NUMBER)) {
      const number = Number(match[1]);
      if (this.missed === 0) this.lost += bytesBetween(this.count + 1, number);
      this.count = number;
      read = match.index + match[0].length;
    }
    this.#rest = this.#rest.slice(read);
  }
}

/** Of the lines from one number up to another; of those that came again when it is smaller. */
function bytesBetween(wanted: number, came: number): number {
  let bytes = 0;
  for (let n = Math.min(wanted, came); n < Math.max(wanted, came); n++) bytes += `#${n}\r\n`.length;
  return bytes;
}
