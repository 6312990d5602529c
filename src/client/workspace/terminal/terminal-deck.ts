import type { TerminalView } from '../../../../sandbox-server/protocol/views.ts';
import type { SocketEnvironment } from '../session/reconnecting-socket.ts';
import type { Store } from '../store.ts';
import { NO_TERMINAL_STATUS, type TerminalStatus, type WorkspaceState } from '../workspace-state.ts';
import { PromptTracker } from './prompt-tracker.ts';
import { isAutomaticReply } from './automatic-replies.ts';
import { TerminalConnection } from './terminal-connection.ts';
import { TerminalScreen } from './terminal-screen.ts';

export interface OpenTerminal {
  screen: TerminalScreen;
  connection: TerminalConnection;
  tracker: PromptTracker;
}

/** The terminals of the session that were looked at. Each is made when it is first shown and goes with the session. */
export class TerminalDeck {
  readonly #open = new Map<string, OpenTerminal>();
  readonly #store: Store<WorkspaceState>;
  readonly #environment: SocketEnvironment;

  constructor(store: Store<WorkspaceState>, environment: SocketEnvironment) {
    this.#store = store;
    this.#environment = environment;
    document.addEventListener('visibilitychange', () => {
      for (const { connection } of this.#open.values()) connection.looking(!document.hidden);
    });
  }

  /** The terminal, connected. */
  use(session: string, terminal: TerminalView): OpenTerminal {
    return this.#open.get(terminal.id) ?? this.#create(session, terminal);
  }

  get(terminal: string): OpenTerminal | undefined {
    return this.#open.get(terminal);
  }

  /** Drops the terminals that are no longer of the session. */
  keepOnly(ids: readonly string[]): void {
    for (const [id, { screen, connection }] of this.#open) {
      if (ids.includes(id)) continue;
      this.#open.delete(id);
      connection.close();
      screen.dispose();
      const { [id]: _gone, ...terminals } = this.#store.value.terminals;
      this.#store.set({ terminals });
    }
  }

  setFontSize(pixels: number): void {
    for (const { screen } of this.#open.values()) screen.setFontSize(pixels);
  }

  setScreenReader(on: boolean): void {
    for (const { screen } of this.#open.values()) screen.setScreenReader(on);
  }

  retryNow(): void {
    for (const { connection } of this.#open.values()) connection.retryNow();
  }

  #create(session: string, { id, title }: TerminalView): OpenTerminal {
    const update = (changes: Partial<TerminalStatus>) => this.#update(id, changes);
    const { apple, preferences } = this.#store.value;
    const { fontSize, screenReader } = preferences;
    const tracker = new PromptTracker();
    const screen = new TerminalScreen({ label: `Terminal ${title}`, fontSize, screenReader, apple }, tracker, {
      onData: (data) => {
        if (!isAutomaticReply(data)) tracker.userTyped(data);
        connection.input(data);
      },
      onBinary: (data) => connection.binary(data),
      onFit: (size) => connection.fitted(size),
      onFind: () => this.#store.set({ searching: true, findAsked: this.#store.value.findAsked + 1 }),
      onCopied: (characters) => this.#store.set({ announcement: `Copied ${characters} characters.` }),
      preview: () => this.#store.value.session?.preview,
      onHover: (hoveredLink) => update({ hoveredLink }),
      onMatches: (search) => update({ search }),
    });
    const path = `/api/sessions/${encodeURIComponent(session)}/terminals/${encodeURIComponent(id)}/stream`;
    const connection = new TerminalConnection(path, this.#environment, screen, {
      onLink: (link) => update({ link }),
      onHello: ({ readOnly }, cleared) => {
        if (cleared) tracker.forget();
        update({ readOnly, problem: undefined });
      },
      onExit: (code) => {
        const how = code ? ` with exit code ${code}` : '';
        this.#store.set({ announcement: `Terminal ${title} ended${how}.` });
      },
      onError: (problem) => update({ problem }),
    });
    connection.looking(!document.hidden);
    const terminal = { screen, connection, tracker };
    this.#open.set(id, terminal);
    return terminal;
  }

  #update(id: string, changes: Partial<TerminalStatus>): void {
    const { terminals } = this.#store.value;
    this.#store.set({ terminals: { ...terminals, [id]: { ...(terminals[id] ?? NO_TERMINAL_STATUS), ...changes } } });
  }
}
