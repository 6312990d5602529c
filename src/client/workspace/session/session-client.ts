import type { SessionClientMessage, SessionServerMessage } from '../../../../sandbox-server/protocol/events.ts';
import { CLOSE } from '../../../../sandbox-server/protocol/close-codes.ts';
import type { ProblemView, SessionView, TaskView } from '../../../../sandbox-server/protocol/views.ts';
import { ApiError, type Api } from '../../api.ts';
import { parseMessage } from '../parse-message.ts';
import type { Store } from '../store.ts';
import type { WorkspaceState } from '../workspace-state.ts';
import { ReconnectingSocket, type LinkDetails, type LinkState, type SocketEnvironment } from './reconnecting-socket.ts';
import { isOver } from './session-words.ts';
import { TaskUpdates } from './task-updates.ts';

/** Clicks that wait for the connection: more than anybody makes in the seconds it takes. */
const MAX_PENDING_MESSAGES = 20;

export interface SessionClientOptions {
  api: Pick<
    Api,
    | 'status'
    | 'me'
    | 'session'
    | 'startSession'
    | 'extendSession'
    | 'resetSession'
    | 'endSession'
    | 'openTerminal'
    | 'closeTerminal'
  >;
  lesson: string;
  store: Store<WorkspaceState>;
  environment: SocketEnvironment;
  onTask: (task: TaskView) => void;
}

/** The page's side of one lesson's session: what was asked of the API and what the events socket says go into the store. */
export class SessionClient {
  readonly #options: SessionClientOptions;
  readonly #updates = new TaskUpdates();
  #socket: ReconnectingSocket | undefined;
  #wantsLive = false;
  #pending: SessionClientMessage[] = [];
  /** Done once it is known whether the lesson has a session. */
  #found: Promise<void> = Promise.resolve();

  constructor(options: SessionClientOptions) {
    this.#options = options;
  }

  get hasSession(): boolean {
    const { session } = this.#options.store.value;
    return session !== undefined && !isOver(session.state);
  }

  /** Finds the session that this lesson already has. */
  reattach(): Promise<void> {
    this.#found = this.#find();
    return this.#found;
  }

  /** Shows this session from now on. */
  follow(session: SessionView): void {
    this.#socket?.close();
    this.#updates.forget();
    this.#take(session);
    if (isOver(session.state)) return;
    this.#socket = new ReconnectingSocket(this.#options.environment, {
      url: () => `/api/sessions/${encodeURIComponent(session.id)}/events`,
      onText: (text) => this.#receive(text),
      onBytes: () => undefined,
      onState: (link, details) => this.#linkChanged(session.id, link, details),
    });
  }

  /** Starts a session, unless there is one. */
  async start(): Promise<void> {
    await this.#found;
    if (this.hasSession) return;
    await this.#while('start', async () => {
      const { api, lesson, store } = this.#options;
      const status = await api.status();
      if (status.labs === 'unavailable') {
        store.set({ phase: 'unavailable', problem: status.problem });
        return;
      }
      this.follow(await api.startSession(lesson));
    });
  }

  /** Makes room for this lesson's lab. */
  async stopElsewhereAndStart(session: SessionView): Promise<void> {
    await this.#while('start', async () => {
      await this.#options.api.endSession(session.id);
      this.#options.store.set({ elsewhere: this.#options.store.value.elsewhere.filter(({ id }) => id !== session.id) });
    });
    if (!this.#options.store.value.problem) await this.start();
  }

  extend(): Promise<void> {
    return this.#change('extend', (api, id) => api.extendSession(id));
  }

  reset(): Promise<void> {
    return this.#change('reset', (api, id) => api.resetSession(id));
  }

  stop(): Promise<void> {
    return this.#change('stop', (api, id) => api.endSession(id));
  }

  async openTerminal(machine: string): Promise<string | undefined> {
    const { api, store } = this.#options;
    const { session } = store.value;
    if (!session) return undefined;
    try {
      const terminal = await api.openTerminal(session.id, machine);
      const current = store.value.session;
      if (current && !current.terminals.some(({ id }) => id === terminal.id)) {
        store.set({ session: { ...current, terminals: [...current.terminals, terminal] } });
      }
      return terminal.id;
    } catch (error) {
      store.set({ problem: problemOf(error) });
      return undefined;
    }
  }

  async closeTerminal(terminal: string): Promise<void> {
    const { api, store } = this.#options;
    const { session } = store.value;
    if (!session) return;
    try {
      await api.closeTerminal(session.id, terminal);
    } catch (error) {
      if (!(error instanceof ApiError && error.code === 'unknown-terminal')) {
        store.set({ problem: problemOf(error) });
        return;
      }
    }
    const current = store.value.session;
    if (current)
      store.set({ session: { ...current, terminals: current.terminals.filter(({ id }) => id !== terminal) } });
  }

  /** Sent when the connection is there; kept until then. */
  send(message: Exclude<SessionClientMessage, { type: 'live' }>): void {
    if (this.#socket?.send(JSON.stringify(message))) return;
    this.#pending = [...this.#pending, message].slice(-MAX_PENDING_MESSAGES);
  }

  wantLive(on: boolean): void {
    this.#wantsLive = on;
    this.#socket?.send(JSON.stringify({ type: 'live', on } satisfies SessionClientMessage));
  }

  retryNow(): void {
    this.#socket?.retryNow();
  }

  dispose(): void {
    this.#socket?.close();
    this.#socket = undefined;
  }

  async #find(): Promise<void> {
    const { api, lesson, store } = this.#options;
    store.set({ phase: 'looking' });
    try {
      const [status, { sessions }] = await Promise.all([api.status(), api.me()]);
      const mine = sessions.find((session) => session.lesson === lesson && !isOver(session.state));
      store.set({ elsewhere: sessions.filter((session) => session.lesson !== lesson && !isOver(session.state)) });
      if (mine) this.follow(mine);
      else if (status.labs === 'unavailable') store.set({ phase: 'unavailable', problem: status.problem });
      else store.set({ phase: 'idle' });
    } catch (error) {
      store.set({ phase: 'idle', problem: problemOf(error) });
    }
  }

  #linkChanged(id: string, link: LinkState, details: LinkDetails): void {
    this.#options.store.set({ link });
    if (link === 'open') {
      this.wantLive(this.#wantsLive);
      const pending = this.#pending;
      this.#pending = [];
      for (const message of pending) this.#socket?.send(JSON.stringify(message));
    }
    // A handshake that is turned down looks like a lost network: only the API can tell them apart.
    const turnedDown = link === 'waiting' && !details.wasOpen;
    const ended = link === 'closed' && details.closeCode !== undefined;
    if (turnedDown || ended) void this.#lookAgain(id, details.closeCode === CLOSE.ended);
  }

  async #lookAgain(id: string, endedForSure: boolean): Promise<void> {
    try {
      this.#take(await this.#options.api.session(id));
    } catch (error) {
      const gone = endedForSure || (error instanceof ApiError && error.status === 404);
      const { session } = this.#options.store.value;
      if (gone && session?.id === id && !isOver(session.state)) {
        this.#take({ ...session, state: 'ended', terminals: [], problem: problemOf(error) });
      }
    }
  }

  #receive(text: string): void {
    const message = parseMessage<SessionServerMessage>(text, ['session', 'task', 'live', 'error']);
    const { store } = this.#options;
    switch (message?.type) {
      case 'session':
        this.#take(message.session);
        break;
      case 'task':
        this.#tellTasks([message.task]);
        break;
      case 'live':
        store.set({ live: message.live });
        break;
      case 'error':
        store.set({ problem: message.error });
        break;
      case undefined:
        break;
    }
  }

  #take(session: SessionView): void {
    const { store, environment } = this.#options;
    const before = store.value.session;
    const fresh = before?.id !== session.id || session.state === 'resetting' || isOver(session.state);
    store.set({
      phase: 'active',
      session,
      clockSkew: session.now - environment.now(),
      ...(fresh ? { live: undefined } : {}),
    });
    if (isOver(session.state)) this.dispose();
    this.#tellTasks(session.tasks);
  }

  #tellTasks(tasks: readonly TaskView[]): void {
    for (const task of this.#updates.changed(tasks)) this.#options.onTask(task);
  }

  async #change(
    busy: WorkspaceState['busy'],
    ask: (api: SessionClientOptions['api'], id: string) => Promise<SessionView>,
  ) {
    const { session } = this.#options.store.value;
    if (!session) return;
    await this.#while(busy, async () => this.#take(await ask(this.#options.api, session.id)));
  }

  async #while(busy: WorkspaceState['busy'], work: () => Promise<void>): Promise<void> {
    const { store, api, lesson } = this.#options;
    if (store.value.busy) return;
    store.set({ busy, problem: undefined });
    try {
      await work();
    } catch (error) {
      store.set({ problem: problemOf(error) });
      if (error instanceof ApiError && error.code === 'too-many-sessions') {
        const { sessions } = await api.me().catch(() => ({ sessions: [] as SessionView[] }));
        store.set({ elsewhere: sessions.filter((other) => other.lesson !== lesson && !isOver(other.state)) });
      }
    } finally {
      store.set({ busy: undefined });
    }
  }
}

function problemOf(error: unknown): ProblemView {
  if (error instanceof ApiError) return { code: error.code, message: error.message, fix: error.fix };
  return {
    code: 'page-error',
    message: 'The page made a mistake of its own.',
    fix: 'Reload the page; your lab goes on.',
  };
}
