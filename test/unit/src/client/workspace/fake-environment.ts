import type { SocketEnvironment, SocketLike } from '../../../../../src/client/workspace/session/reconnecting-socket.ts';

/** A socket whose other end is the test. */
export class FakeSocket implements SocketLike {
  binaryType = 'blob';
  readyState = 0;
  onopen: SocketLike['onopen'] = null;
  onmessage: SocketLike['onmessage'] = null;
  onclose: SocketLike['onclose'] = null;
  readonly url: string;
  readonly sent: (string | Uint8Array)[] = [];

  constructor(url: string) {
    this.url = url;
  }

  send(data: string | Uint8Array): void {
    this.sent.push(data);
  }

  close(): void {
    this.readyState = 3;
  }

  open(): void {
    this.readyState = 1;
    this.onopen?.(new Event('open'));
  }

  says(message: object): void {
    this.onmessage?.(new MessageEvent('message', { data: JSON.stringify(message) }));
  }

  prints(text: string): void {
    const { buffer } = Uint8Array.from(new TextEncoder().encode(text));
    this.onmessage?.(new MessageEvent('message', { data: buffer }));
  }

  drops(code = 1006): void {
    this.readyState = 3;
    this.onclose?.(Object.assign(new Event('close'), { code, reason: '', wasClean: false }) as CloseEvent);
  }

  /** What was typed through it. */
  get typed(): string {
    const decoder = new TextDecoder();
    return this.sent.map((data) => (typeof data === 'string' ? '' : decoder.decode(data))).join('');
  }

  /** The control messages that were sent. */
  get said(): unknown[] {
    return this.sent.flatMap((data) => (typeof data === 'string' ? [JSON.parse(data) as unknown] : []));
  }
}

/** Sockets and time in the hands of the test. */
export class FakeEnvironment implements SocketEnvironment {
  readonly sockets: FakeSocket[] = [];
  #now = 0;
  #timers = new Map<number, { at: number; run: () => void }>();
  #nextTimer = 1;
  #wakers = new Set<() => void>();
  readonly random = () => 1;
  readonly now = () => this.#now;

  readonly connect = (url: string) => {
    const socket = new FakeSocket(url);
    this.sockets.push(socket);
    return socket;
  };

  readonly setTimeout = (run: () => void, ms: number) => {
    this.#timers.set(this.#nextTimer, { at: this.#now + ms, run });
    return this.#nextTimer++;
  };

  readonly clearTimeout = (timer: number) => void this.#timers.delete(timer);

  readonly onWake = (retry: () => void) => {
    this.#wakers.add(retry);
    return () => void this.#wakers.delete(retry);
  };

  get socket(): FakeSocket {
    const last = this.sockets.at(-1);
    if (!last) throw new Error('nothing has connected');
    return last;
  }

  /** Timers and listeners that are still there. */
  get leftovers(): number {
    return this.#timers.size + this.#wakers.size;
  }

  pass(ms: number): void {
    this.#now += ms;
    for (const [id, { at, run }] of [...this.#timers]) {
      if (at > this.#now) continue;
      this.#timers.delete(id);
      run();
    }
  }

  readonly wake = () => {
    for (const retry of [...this.#wakers]) retry();
  };
}
