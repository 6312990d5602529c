import type { Page, WebSocketRoute } from 'playwright-core';
import type { LiveView } from '../../sandbox-server/protocol/live.ts';
import type { TerminalClientMessage, TerminalHello, TerminalSize } from '../../sandbox-server/protocol/terminal.ts';
import type { MeView, ProblemView, SessionView, StatusView } from '../../sandbox-server/protocol/views.ts';

const MINUTE = 60_000;

/** The API and the sockets of one lab, played by the test: the page can be shown any state of it. */
export class MockLab {
  status: StatusView = { labs: 'available' };
  me: MeView = { progress: {}, sessions: [] };
  session: SessionView;
  /** When set, starting is refused. */
  refusal: { status: number; error: ProblemView } | undefined;
  /** Requests that change something: `POST /api/sessions`. */
  readonly asked: string[] = [];
  /** Messages that the page sent over the events socket. */
  readonly told: unknown[] = [];
  readonly terminals = new Map<string, MockTerminal>();
  #events: WebSocketRoute | undefined;

  private constructor(lesson: string) {
    this.session = mockSession(lesson);
  }

  static async on(page: Page, lesson: string): Promise<MockLab> {
    const lab = new MockLab(lesson);
    await page.route('**/api/**', async (route) => {
      const request = route.request();
      const { pathname } = new URL(request.url());
      const method = request.method();
      if (pathname === '/api/status') return await route.fulfill({ json: lab.status });
      if (pathname === '/api/me') return await route.fulfill({ json: lab.me });
      if (!pathname.startsWith('/api/sessions')) return await route.fulfill({ status: 204 });
      if (method !== 'GET') lab.asked.push(`${method} ${pathname}`);
      if (lab.refusal) return await route.fulfill({ status: lab.refusal.status, json: { error: lab.refusal.error } });
      return await route.fulfill(lab.#answer(method, pathname));
    });
    await page.routeWebSocket(/\/events$/, (socket) => {
      lab.#events = socket;
      socket.onMessage((message) => {
        if (String(message).includes('"ping"')) socket.send('{"type":"pong"}');
        else lab.told.push(JSON.parse(String(message)));
      });
      lab.#tell({ type: 'session', session: lab.session });
    });
    await page.routeWebSocket(/\/stream/, (socket) => lab.#attach(socket));
    return lab;
  }

  /** The session changes, and the page hears of it. */
  becomes(changes: Partial<SessionView>): void {
    this.session = { ...this.session, ...changes };
    this.#tell({ type: 'session', session: this.session });
  }

  shows(live: LiveView): void {
    this.#tell({ type: 'live', live });
  }

  get terminal(): MockTerminal {
    const terminal = this.terminals.get('t1');
    if (!terminal) throw new Error('the page has not connected to the terminal');
    return terminal;
  }

  #answer(method: string, pathname: string): { status?: number; json?: unknown } {
    const [, , , , part, terminal] = pathname.split('/');
    if (part !== 'terminals') return { json: this.session };
    if (method === 'DELETE') {
      this.becomes({ terminals: this.session.terminals.filter(({ id }) => id !== terminal) });
      return { status: 204 };
    }
    const number = this.session.terminals.length + 1;
    const opened = { id: `t${number}`, machine: 'host', title: `host ${number}` };
    this.becomes({ terminals: [...this.session.terminals, opened] });
    return { json: opened };
  }

  #tell(message: unknown): void {
    this.#events?.send(JSON.stringify(message));
  }

  #attach(socket: WebSocketRoute): void {
    const id = socket.url().split('/').at(-2) ?? '';
    const terminal = this.terminals.get(id) ?? new MockTerminal();
    this.terminals.set(id, terminal);
    terminal.attach(socket);
  }
}

/** A terminal whose program is the test. */
export class MockTerminal {
  /** What it printed, ever. */
  printed = '';
  /** What was typed into it, ever. */
  typed = '';
  /** The size that the page asked for last. */
  size: TerminalSize | undefined;
  /** Addresses that the page connected to. */
  readonly addresses: URL[] = [];
  #socket: WebSocketRoute | undefined;

  attach(socket: WebSocketRoute): void {
    this.#socket = socket;
    const address = new URL(socket.url());
    this.addresses.push(address);
    let taken = 0;
    socket.onMessage((message) => {
      if (typeof message !== 'string') {
        this.typed += message.toString();
        taken += message.length;
        socket.send(JSON.stringify({ type: 'taken', bytes: taken }));
        return;
      }
      const control = JSON.parse(message) as TerminalClientMessage;
      if (control.type === 'resize') {
        this.size = { cols: control.cols, rows: control.rows };
        socket.send(JSON.stringify({ ...control, type: 'size' }));
      }
      if (control.type === 'ping') socket.send('{"type":"pong"}');
      else if (control.type === 'reply') this.typed += control.data;
    });
    const resumed = address.searchParams.get('epoch') === 'e1';
    const offset = resumed ? Number(address.searchParams.get('offset')) : 0;
    const hello: TerminalHello = {
      type: 'hello',
      epoch: 'e1',
      offset,
      liveFrom: this.printed.length,
      missed: 0,
      resumed,
      readOnly: false,
      cols: 80,
      rows: 24,
    };
    socket.send(JSON.stringify(hello));
    if (offset < this.printed.length) socket.send(Buffer.from(this.printed.slice(offset)));
  }

  /** ASCII only: an offset is a byte. */
  prints(text: string): void {
    this.printed += text;
    this.#socket?.send(Buffer.from(text));
  }

  /** Any bytes; the last there are: a page that comes back would not find its place after them. */
  printsBytes(bytes: Buffer): void {
    this.#socket?.send(bytes);
  }

  /** What the shell prints around its prompt. */
  prompts(): void {
    this.prints('\x1b[?2004h\x1b]133;A\x07$ \x1b]133;B\x07');
  }

  /** And when a command starts. */
  runs(): void {
    this.prints('\x1b[?2004l\x1b]133;C\x07\r\n');
  }

  async drops(code = 4050): Promise<void> {
    await this.#socket?.close({ code });
  }
}

export function mockSession(lesson: string): SessionView {
  const now = Date.now();
  return {
    id: 's1',
    lesson,
    state: 'ready',
    steps: [],
    createdAt: now,
    now,
    expiresAt: now + 60 * MINUTE,
    idleEndsAt: now + 30 * MINUTE,
    canExtend: true,
    machines: [{ name: 'host' }],
    terminals: [{ id: 't1', machine: 'host', title: 'host' }],
    tasks: [],
    shares: [],
  };
}
