import { CLOSE } from '../../../../sandbox-server/protocol/close-codes.ts';
import { reconnectDelay } from './reconnect-policy.ts';

/** connecting: an attempt is under way; waiting: one follows; closed: none will. */
export type LinkState = 'connecting' | 'open' | 'waiting' | 'closed';

/** What a socket must offer; the browser's WebSocket does. */
export interface SocketLike {
  binaryType: string;
  readonly readyState: number;
  send(data: string | Uint8Array<ArrayBuffer>): void;
  close(code?: number, reason?: string): void;
  onopen: ((event: Event) => void) | null;
  onmessage: ((event: MessageEvent) => void) | null;
  onclose: ((event: CloseEvent) => void) | null;
}

/** The world outside, as arguments. */
export interface SocketEnvironment {
  connect: (url: string) => SocketLike;
  setTimeout: (run: () => void, ms: number) => number;
  clearTimeout: (timer: number) => void;
  random: () => number;
  /** Milliseconds since 1970. */
  now: () => number;
  /** Calls back when trying again at once makes sense: the network returned, the page is looked at. Returns how to stop. */
  onWake: (retry: () => void) => () => void;
  /** A connection came about: the server is there, so the others need not wait either. */
  wake: () => void;
}

export interface SocketHandlers {
  /** The address of the next attempt; may change from one to the next. */
  url: () => string;
  onText: (text: string) => void;
  onBytes: (bytes: Uint8Array) => void;
  onState: (state: LinkState, details: LinkDetails) => void;
}

export interface LinkDetails {
  /** Failures in a row, 0 while it works. */
  failures: number;
  /** Why it closed, where it did. */
  closeCode: number | undefined;
  /** False when this connection never opened: the server turned it down or is not there. */
  wasOpen: boolean;
}

const OPEN = 1;
/** After these the same attempt would fail the same way. */
const FINAL_CODES: readonly number[] = [CLOSE.ended, CLOSE.badFrame, CLOSE.revoked, CLOSE.notFound];
/** A connection that was silent for this long is asked whether it lives; a cut network says nothing by itself. */
export const SILENCE_MS = 15_000;
/** And has this long to answer. */
export const ANSWER_MS = 5_000;
/** Who was heard of this recently need not be asked. */
const FRESH_MS = 1_000;
const PING = JSON.stringify({ type: 'ping' });
/** A connection that ended without a close frame. */
const ABNORMAL = 1006;
/** A connection that lived this long was a good one: the next failure counts as the first. */
const STABLE_MS = 5_000;

/** A WebSocket that comes back, also from a sleep or a cut that no side has noticed. `close()` is final and safe to call twice. */
export class ReconnectingSocket {
  readonly #environment: SocketEnvironment;
  readonly #handlers: SocketHandlers;
  readonly #stopWaking: () => void;
  #socket: SocketLike | undefined;
  #retryTimer: number | undefined;
  #stableTimer: number | undefined;
  #beatTimer: number | undefined;
  #answerTimer: number | undefined;
  #heardAt = 0;
  #failures = 0;
  #closed = false;

  constructor(environment: SocketEnvironment, handlers: SocketHandlers) {
    this.#environment = environment;
    this.#handlers = handlers;
    this.#stopWaking = environment.onWake(() => this.#wake());
    this.#connect();
  }

  get isOpen(): boolean {
    return this.#socket?.readyState === OPEN;
  }

  /** False when there is no connection to send on; nothing is kept. */
  send(data: string | Uint8Array<ArrayBuffer>): boolean {
    if (!this.isOpen) return false;
    this.#socket?.send(data);
    return true;
  }

  /** Skips the wait, if there is one. */
  retryNow(): void {
    if (this.#closed || this.#retryTimer === undefined) return;
    this.#clearTimers();
    this.#connect();
  }

  /** The network returned, or the page is looked at again: what seems open may be long dead. */
  #wake(): void {
    if (!this.isOpen) this.retryNow();
    else if (this.#environment.now() - this.#heardAt >= FRESH_MS) this.#ask();
  }

  close(): void {
    if (this.#closed) return;
    this.#finish(undefined, false);
    const socket = this.#socket;
    this.#socket = undefined;
    if (socket) {
      this.#detach(socket);
      socket.close(1000);
    }
  }

  #connect(): void {
    const socket = this.#environment.connect(this.#handlers.url());
    socket.binaryType = 'arraybuffer';
    this.#socket = socket;
    this.#report('connecting', undefined, false);
    let opened = false;
    socket.onopen = () => {
      opened = true;
      this.#stableTimer = this.#environment.setTimeout(() => (this.#failures = 0), STABLE_MS);
      this.#heardAt = this.#environment.now();
      this.#beat();
      this.#report('open', undefined, true);
      this.#environment.wake();
    };
    socket.onmessage = ({ data }: MessageEvent<unknown>) => {
      this.#heardAt = this.#environment.now();
      if (typeof data === 'string') this.#handlers.onText(data);
      else if (data instanceof ArrayBuffer) this.#handlers.onBytes(new Uint8Array(data));
    };
    socket.onclose = ({ code }) => this.#lost(socket, code, opened);
  }

  #lost(socket: SocketLike, code: number, opened: boolean): void {
    this.#detach(socket);
    this.#socket = undefined;
    this.#clearTimers();
    this.#failures += 1;
    if (FINAL_CODES.includes(code)) this.#finish(code, opened);
    else this.#wait(code, opened);
  }

  /** Asks now and then whether the other side lives, unless it was heard of meanwhile. */
  #beat(): void {
    this.#beatTimer = this.#environment.setTimeout(() => {
      if (this.#environment.now() - this.#heardAt >= SILENCE_MS) this.#ask();
      this.#beat();
    }, SILENCE_MS);
  }

  #ask(): void {
    const socket = this.#socket;
    if (this.#answerTimer !== undefined || !socket) return;
    const askedAt = this.#environment.now();
    this.send(PING);
    this.#answerTimer = this.#environment.setTimeout(() => {
      this.#answerTimer = undefined;
      if (this.#heardAt >= askedAt || this.#socket !== socket) return;
      this.#lost(socket, ABNORMAL, true);
      socket.close();
    }, ANSWER_MS);
  }

  #wait(code: number, opened: boolean): void {
    const delay = reconnectDelay(this.#failures, this.#environment.random);
    this.#retryTimer = this.#environment.setTimeout(() => {
      this.#retryTimer = undefined;
      this.#connect();
    }, delay);
    this.#report('waiting', code, opened);
  }

  #finish(code: number | undefined, opened: boolean): void {
    this.#closed = true;
    this.#clearTimers();
    this.#stopWaking();
    this.#report('closed', code, opened);
  }

  #report(state: LinkState, closeCode: number | undefined, wasOpen: boolean): void {
    this.#handlers.onState(state, { failures: this.#failures, closeCode, wasOpen });
  }

  #clearTimers(): void {
    for (const timer of [this.#retryTimer, this.#stableTimer, this.#beatTimer, this.#answerTimer]) {
      if (timer !== undefined) this.#environment.clearTimeout(timer);
    }
    this.#retryTimer = this.#stableTimer = this.#beatTimer = this.#answerTimer = undefined;
  }

  #detach(socket: SocketLike): void {
    socket.onopen = null;
    socket.onmessage = null;
    socket.onclose = null;
  }
}
