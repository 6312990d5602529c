import { CLOSE } from '../../../../sandbox-server/protocol/close-codes.ts';
import type { SessionClientMessage, SessionServerMessage } from '../../../../sandbox-server/protocol/events.ts';
import type { ProblemView, SessionView, TaskView } from '../../../../sandbox-server/protocol/views.ts';
import { ApiError, type Api } from '../../api.ts';
import type { Store } from '../store.ts';
import type { WorkspaceState } from '../workspace-state.ts';
import type { LinkDetails, LinkState, SocketEnvironment } from './reconnecting-socket.ts';
import { SessionLink } from './session-link.ts';
import { isOver } from './session-words.ts';
import { TaskUpdates } from './task-updates.ts';

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
    | 'share'
    | 'takeBack'
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
  readonly #link: SessionLink;
  /** Done once it is known whether the lesson has a session. */
  #found: Promise<void> = Promise.resolve();

  constructor(options: SessionClientOptions) {
    this.#options = options;
    this.#link = new SessionLink(options.environment, {
      onMessage: (message) => this.#receive(message),
      onLink: (session, link, details) => this.#linkChanged(session, link, details),
    });
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
    this.#link.close();
    this.#updates.forget();
    this.#take(session);
    if (!isOver(session.state)) this.#link.follow(session.id);
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

  /** Makes a link for somebody who watches; its whole address. */
  async share(mayType: boolean): Promise<string | undefined> {
    const { api, store } = this.#options;
    const { session } = store.value;
    if (!session) return undefined;
    try {
      return new URL((await api.share(session.id, mayType)).address, location.href).href;
    } catch (error) {
      store.set({ problem: problemOf(error) });
      return undefined;
    }
  }

  async takeBack(share: string): Promise<void> {
    const { api, store } = this.#options;
    const { session } = store.value;
    if (!session) return;
    await api.takeBack(session.id, share).catch((error: unknown) => store.set({ problem: problemOf(error) }));
  }

  send(message: Exclude<SessionClientMessage, { type: 'live' }>): void {
    this.#link.send(message);
  }

  wantLive(on: boolean): void {
    this.#link.wantLive(on);
  }

  retryNow(): void {
    this.#link.retryNow();
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

  #receive(message: SessionServerMessage): void {
    const { store } = this.#options;
    switch (message.type) {
      case 'session':
        this.#take(message.session);
        break;
      case 'task':
        this.#tellTasks([message.task]);
        break;
      case 'pong':
        break;
      case 'live':
        store.set({ live: message.live });
        break;
      case 'error':
        store.set({ problem: message.error });
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
    if (isOver(session.state)) this.#link.close();
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
