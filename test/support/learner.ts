import { WebSocket } from 'ws';
import type { SessionServerMessage } from '../../sandbox-server/protocol/events.ts';
import type { SessionView, TaskView } from '../../sandbox-server/protocol/views.ts';
import { TerminalSocket } from './terminal-socket.ts';

export interface Answer {
  status: number;
  body: unknown;
}

/** How long a test waits for what a server with sandboxes takes a few seconds to do. */
export const PATIENCE_MS = 30_000;

/** One browser's worth of a learner: a cookie, requests, sockets. */
export class Learner {
  readonly url: string;
  cookie = '';

  constructor(url: string) {
    this.url = url;
  }

  async request(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Answer> {
    const response = await fetch(`${this.url}${path}`, {
      method,
      headers: {
        origin: this.url,
        ...(this.cookie === '' ? {} : { cookie: this.cookie }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const [set] = response.headers.getSetCookie();
    if (set !== undefined) this.cookie = set.split(';')[0]!;
    const text = await response.text();
    const isJson = response.headers.get('content-type')?.includes('json') === true;
    return { status: response.status, body: isJson ? (JSON.parse(text) as unknown) : text };
  }

  /** Starts a lesson's lab; resolves at once, with the session's first view. */
  async start(lesson: string): Promise<SessionView> {
    const { status, body } = await this.request('POST', '/api/sessions', { lesson });
    if (status !== 201 && status !== 200) throw new Error(`not started: ${status} ${JSON.stringify(body)}`);
    return body as SessionView;
  }

  /** Starts a lesson's lab and waits until it is ready; the events socket stays open. */
  async ready(lesson: string): Promise<{ session: SessionView; events: EventsSocket }> {
    const { id } = await this.start(lesson);
    const events = await this.events(id);
    return { session: await events.reaches('ready'), events };
  }

  async events(session: string): Promise<EventsSocket> {
    const socket = new EventsSocket(this.#socket(`/api/sessions/${session}/events`));
    await socket.opened;
    return socket;
  }

  async terminal(session: string, terminal: string, query = ''): Promise<TerminalSocket> {
    const socket = new TerminalSocket(this.#socket(`/api/sessions/${session}/terminals/${terminal}/stream${query}`));
    await socket.opened;
    return socket;
  }

  /** A terminal's stream at any address. */
  async socketTo(path: string): Promise<TerminalSocket> {
    const socket = new TerminalSocket(this.#socket(path));
    await socket.opened;
    return socket;
  }

  /** Opens a socket that is expected to be refused; gives the answer to the handshake. */
  handshake(path: string, headers: Record<string, string> = {}): Promise<Answer> {
    const socket = this.#socket(path, headers);
    return new Promise((resolve, reject) => {
      socket.on('unexpected-response', (_request, response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
        response.on('end', () => resolve({ status: response.statusCode ?? 0, body: JSON.parse(text) as unknown }));
      });
      socket.on('open', () => {
        socket.terminate();
        resolve({ status: 101, body: undefined });
      });
      socket.on('error', reject);
    });
  }

  #socket(path: string, headers: Record<string, string> = {}): WebSocket {
    return new WebSocket(`${this.url.replace('http', 'ws')}${path}`, {
      headers: { origin: this.url, cookie: this.cookie, ...headers },
      perMessageDeflate: false,
    });
  }
}

/** The events of one session, as a page keeps them. */
export class EventsSocket {
  readonly socket: WebSocket;
  readonly opened: Promise<void>;
  readonly messages: SessionServerMessage[] = [];
  closed: { code: number; reason: string } | undefined;
  #waiting = new Set<() => void>();

  constructor(socket: WebSocket) {
    this.socket = socket;
    this.opened = new Promise((resolve, reject) => {
      socket.once('open', resolve);
      socket.once('error', reject);
    });
    socket.on('message', (data: Buffer) => {
      this.messages.push(JSON.parse(data.toString()) as SessionServerMessage);
      this.#wake();
    });
    socket.on('close', (code, reason) => {
      this.closed = { code, reason: reason.toString() };
      this.#wake();
    });
  }

  send(message: unknown): void {
    this.socket.send(typeof message === 'string' ? message : JSON.stringify(message));
  }

  get session(): SessionView {
    const views = this.messages.flatMap((m) => (m.type === 'session' ? [m.session] : []));
    return views.at(-1)!;
  }

  /** The last that was said of a task. */
  task(id: string): TaskView | undefined {
    const views = this.messages.flatMap((m) => {
      if (m.type === 'task') return m.task;
      return m.type === 'session' ? m.session.tasks : [];
    });
    return views.findLast((view) => view.id === id);
  }

  /** Waits until something holds. */
  async until<T>(what: string, get: () => T | undefined | false, ms = PATIENCE_MS): Promise<T> {
    const deadline = performance.now() + ms;
    for (;;) {
      const found = get();
      if (found !== undefined && found !== false) return found;
      const left = deadline - performance.now();
      if (left <= 0 || this.closed !== undefined) {
        throw new Error(
          `${what}: not seen${this.closed ? `, socket closed with ${this.closed.code}` : ''}. Last: ${JSON.stringify(this.messages.slice(-3))}`,
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

  reaches(state: SessionView['state']): Promise<SessionView> {
    return this.until(`state ${state}`, () => {
      const { session } = this;
      if (session?.state === 'failed' && state !== 'failed')
        throw new Error(`failed: ${JSON.stringify(session.problem)}`);
      return session?.state === state && session;
    });
  }

  taskIs(id: string, state: TaskView['state'], ms?: number): Promise<TaskView> {
    return this.until(`task ${id} ${state}`, () => (this.task(id)?.state === state ? this.task(id) : undefined), ms);
  }

  close(): void {
    this.socket.close();
  }

  async ended(): Promise<{ code: number; reason: string }> {
    if (this.closed === undefined) await new Promise((resolve) => this.socket.once('close', resolve));
    return this.closed!;
  }

  #wake(): void {
    for (const wake of this.#waiting) wake();
  }
}
