import type { SessionClientMessage, SessionServerMessage } from '../../../../sandbox-server/protocol/events.ts';
import { parseMessage } from '../parse-message.ts';
import { ReconnectingSocket, type LinkDetails, type LinkState, type SocketEnvironment } from './reconnecting-socket.ts';

/** Clicks that wait for the connection: more than anybody makes in the seconds it takes. */
const MAX_PENDING_MESSAGES = 20;

export interface SessionLinkHandlers {
  onMessage: (message: SessionServerMessage) => void;
  onLink: (session: string, link: LinkState, details: LinkDetails) => void;
}

/** The events socket of the session that is followed. What is sent outlives a lost connection, and the session before. */
export class SessionLink {
  readonly #environment: SocketEnvironment;
  readonly #handlers: SessionLinkHandlers;
  #socket: ReconnectingSocket | undefined;
  #wantsLive = false;
  #pending: SessionClientMessage[] = [];

  constructor(environment: SocketEnvironment, handlers: SessionLinkHandlers) {
    this.#environment = environment;
    this.#handlers = handlers;
  }

  follow(session: string): void {
    this.close();
    this.#socket = new ReconnectingSocket(this.#environment, {
      url: () => `/api/sessions/${encodeURIComponent(session)}/events`,
      onText: (text) => {
        const message = parseMessage<SessionServerMessage>(text, ['session', 'task', 'live', 'error']);
        if (message) this.#handlers.onMessage(message);
      },
      onBytes: () => undefined,
      onState: (link, details) => {
        if (link === 'open') this.#sayAll();
        this.#handlers.onLink(session, link, details);
      },
    });
  }

  /** Sent when the connection is there; kept until then. */
  send(message: SessionClientMessage): void {
    if (this.#say(message)) return;
    this.#pending = [...this.#pending, message].slice(-MAX_PENDING_MESSAGES);
  }

  /** A wish that is said again on every connection. */
  wantLive(on: boolean): void {
    this.#wantsLive = on;
    this.#say({ type: 'live', on });
  }

  retryNow(): void {
    this.#socket?.retryNow();
  }

  close(): void {
    this.#socket?.close();
    this.#socket = undefined;
  }

  #sayAll(): void {
    this.#say({ type: 'live', on: this.#wantsLive });
    const pending = this.#pending;
    this.#pending = [];
    for (const message of pending) this.#say(message);
  }

  #say(message: SessionClientMessage): boolean {
    return this.#socket?.send(JSON.stringify(message)) ?? false;
  }
}
