import {
  clampSize,
  type TerminalClientMessage,
  type TerminalHello,
  type TerminalServerMessage,
  type TerminalSize,
} from '../../../../sandbox-server/protocol/terminal.ts';
import { parseMessage } from '../parse-message.ts';
import { ReconnectingSocket, type LinkState, type SocketEnvironment } from '../session/reconnecting-socket.ts';
import { isAutomaticReply } from './automatic-replies.ts';
import { InputWindow } from './input-window.ts';
import { StreamPosition } from './stream-position.ts';

/** Typed while the connection is away and sent when it is back: some lines, not a novel. */
export const MAX_HELD_INPUT = 4 * 1024;
/** Keys that were typed blindly longer ago than this are not sent: nobody remembers them. */
export const HELD_INPUT_MS = 30_000;
/** A drag of the divider makes a size per frame; the program inside wants to redraw once. */
export const RESIZE_DEBOUNCE_MS = 80;

const RESET = '\x1bc';
/** Ends what a program that is gone had set: the alternate screen, mouse reports, bracketed paste, colours. */
const LEAVE_PROGRAM = '\x18\x1b[?1049l\x1b[?1000l\x1b[?1002l\x1b[?1003l\x1b[?2004l\x1b[!p';
/** Ends a sequence that was cut in the middle; dim, on a line of its own. */
const note = (text: string) => `\x18\r\n\x1b[0;2m· ${text} ·\x1b[0m\r\n`;

const count = (bytes: number) => bytes.toLocaleString('en');

/** The screen as the connection sees it. */
export interface TerminalSink {
  /** `parsed` is called once everything of it was parsed, in order. */
  write: (data: string | Uint8Array, parsed?: () => void) => void;
  resize: (size: TerminalSize) => void;
}

export interface TerminalConnectionHandlers {
  onLink: (link: LinkState) => void;
  onHello: (hello: TerminalHello, cleared: boolean) => void;
  onExit: (code: number | null) => void;
  onError: (problem: { code: string; message: string; fix: string }) => void;
}

/** One viewer of one terminal: bytes in both directions, size, acks, and coming back to the same place. */
export class TerminalConnection {
  readonly #environment: SocketEnvironment;
  readonly #sink: TerminalSink;
  readonly #handlers: TerminalConnectionHandlers;
  readonly #socket: ReconnectingSocket;
  readonly #position = new StreamPosition();
  readonly #encoder = new TextEncoder();
  readonly #typed = new InputWindow((frame) => void this.#socket.send(frame));
  #held = '';
  #heldSince = 0;
  #readOnly = false;
  #looking = true;
  #greeted = false;
  #size: TerminalSize | undefined;
  #sizeTimer: number | undefined;

  constructor(path: string, environment: SocketEnvironment, sink: TerminalSink, handlers: TerminalConnectionHandlers) {
    this.#environment = environment;
    this.#sink = sink;
    this.#handlers = handlers;
    this.#socket = new ReconnectingSocket(environment, {
      url: () => withPosition(path, this.#position.resumeFrom),
      onText: (text) => this.#control(text),
      onBytes: (bytes) => this.#print(bytes),
      onState: (link) => {
        this.#greeted = false;
        const dropped = this.#typed.reset();
        if (dropped > 0)
          this.#sink.write(note(`the connection was lost in a paste: its last ${count(dropped)} bytes were not typed`));
        handlers.onLink(link);
      },
    });
  }

  /** What the terminal wants to send: keys, pastes, and answers that it makes up by itself. */
  input(data: string): void {
    if (this.#readOnly) return;
    if (isAutomaticReply(data)) {
      // The server takes one viewer's answer; to what is replayed, nobody waits for one.
      if (this.#greeted && !this.#position.replaying) this.#say({ type: 'reply', data });
    } else if (this.#greeted) {
      this.#typed.push(this.#encoder.encode(data));
    } else {
      this.#hold(data);
    }
  }

  /** Mouse reports of old protocols: one byte a character. */
  binary(data: string): void {
    if (this.#readOnly || !this.#greeted) return;
    this.#typed.push(Uint8Array.from(data, (character) => character.charCodeAt(0) & 255));
  }

  /** The panel has room for this size; said once it stands still. */
  fitted(size: TerminalSize): void {
    this.#size = clampSize(size.cols, size.rows);
    if (this.#sizeTimer !== undefined) this.#environment.clearTimeout(this.#sizeTimer);
    this.#sizeTimer = this.#environment.setTimeout(() => this.#sendSize(), RESIZE_DEBOUNCE_MS);
  }

  /** The page came into view, or went out of it. */
  looking(on: boolean): void {
    this.#looking = on;
    if (this.#greeted) this.#say({ type: 'looking', on });
  }

  retryNow(): void {
    this.#socket.retryNow();
  }

  close(): void {
    if (this.#sizeTimer !== undefined) this.#environment.clearTimeout(this.#sizeTimer);
    this.#socket.close();
  }

  #hold(data: string): void {
    if (this.#held === '') this.#heldSince = this.#environment.now();
    if (this.#held.length + data.length <= MAX_HELD_INPUT) this.#held += data;
  }

  #control(text: string): void {
    const message = parseMessage<TerminalServerMessage>(text, ['hello', 'size', 'taken', 'pong', 'exit', 'error']);
    switch (message?.type) {
      case 'hello':
        this.#hello(message);
        break;
      case 'size':
        this.#sink.resize(clampSize(message.cols, message.rows));
        break;
      case 'taken':
        this.#typed.taken(message.bytes);
        break;
      case 'exit':
        this.#handlers.onExit(message.code);
        break;
      case 'error':
        this.#handlers.onError(message);
        break;
      case 'pong':
      case undefined:
        break;
    }
  }

  #hello(hello: TerminalHello): void {
    const { screen, missed } = this.#position.hello(hello);
    this.#readOnly = hello.readOnly;
    this.#greeted = true;
    if (screen === 'clear') this.#sink.write(RESET);
    if (screen === 'newEpoch')
      this.#sink.write(
        LEAVE_PROGRAM + note('a new shell: the machine was restarted; files are here, what ran has ended'),
      );
    if (missed > 0) this.#sink.write(note(`${count(missed)} bytes of older output are no longer kept`));
    this.#sink.resize(clampSize(hello.cols, hello.rows));
    this.#handlers.onHello(hello, screen === 'clear');
    if (!this.#looking) this.#say({ type: 'looking', on: false });
    this.#sendSize();
    const held = this.#environment.now() - this.#heldSince <= HELD_INPUT_MS ? this.#held : '';
    this.#held = '';
    if (held) this.input(held);
  }

  #print(bytes: Uint8Array): void {
    for (const { piece, end, epoch } of this.#position.receive(bytes)) {
      this.#sink.write(piece, () => {
        const offset = this.#position.parsed(end, epoch);
        if (offset !== undefined) this.#say({ type: 'ack', offset });
      });
    }
  }

  #sendSize(): void {
    if (!this.#size || !this.#greeted || this.#readOnly) return;
    // The answer says the size that was settled with the other viewers; only then is it drawn.
    this.#say({ type: 'resize', ...this.#size });
  }

  #say(message: TerminalClientMessage): void {
    this.#socket.send(JSON.stringify(message));
  }
}

function withPosition(path: string, position: { epoch: string; offset: number } | undefined): string {
  if (!position) return path;
  return `${path}?${new URLSearchParams({ epoch: position.epoch, offset: String(position.offset) })}`;
}
