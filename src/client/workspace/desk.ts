import type { LiveView } from '../../../sandbox-server/protocol/live.ts';
import type { TerminalView } from '../../../sandbox-server/protocol/views.ts';
import { nextPreviewTabs, previewPorts } from './live/preview-ports.ts';
import type { SessionClient } from './session/session-client.ts';
import type { Store } from './store.ts';
import type { OpenTerminal, TerminalDeck } from './terminal/terminal-deck.ts';
import type { WorkspaceState } from './workspace-state.ts';

export interface DeskOptions {
  /** The aside. */
  root: HTMLElement;
  store: Store<WorkspaceState>;
  client: SessionClient;
  deck: TerminalDeck;
  /** The terminal had the focus before a reload. */
  focused: boolean;
}

/** What is in view and where the focus goes, while sessions and terminals come and go. */
export class Desk {
  readonly #options: DeskOptions;
  /** The prompt is what the learner waits for, or had under the hands before a reload. */
  #wantsFocus: boolean;
  #wasReady = false;
  #terminals = '';
  #live: LiveView | undefined;

  constructor(options: DeskOptions) {
    this.#options = options;
    this.#wantsFocus = options.focused;
    options.store.subscribe((state) => this.#follow(state));
  }

  /** Brings the workspace into view where it lies over the lesson. */
  open(): void {
    document.documentElement.dataset['lab'] = 'open';
  }

  async start(): Promise<void> {
    this.#wantsFocus = true;
    this.open();
    await this.#options.client.start();
  }

  async reset(): Promise<void> {
    this.#wantsFocus = true;
    await this.#options.client.reset();
  }

  async openTerminal(machine: string): Promise<void> {
    const id = await this.#options.client.openTerminal(machine);
    const terminal = this.#terminal(id);
    if (terminal) this.show(terminal, true);
  }

  show(terminal: TerminalView, focus: boolean): OpenTerminal | undefined {
    const { store, deck } = this.#options;
    const { session } = store.value;
    if (!session) return undefined;
    const open = deck.use(session.id, terminal);
    store.set({ activeTerminal: terminal.id, activePreview: undefined });
    if (focus) requestAnimationFrame(() => open.screen.focus());
    return open;
  }

  showById(id: string, focus: boolean): void {
    const terminal = this.#terminal(id);
    if (terminal) this.show(terminal, focus);
  }

  use(id: string): OpenTerminal | undefined {
    const { store, deck } = this.#options;
    const { session } = store.value;
    const terminal = this.#terminal(id);
    return session && terminal ? deck.use(session.id, terminal) : undefined;
  }

  /** The terminal in view, or the one that will be. */
  get active(): TerminalView | undefined {
    const { session, activeTerminal } = this.#options.store.value;
    return this.#terminal(activeTerminal) ?? session?.terminals[0];
  }

  focusTerminal(): void {
    if (this.active) this.show(this.active, true);
    else this.#options.root.querySelector<HTMLElement>('.ws-no-terminal button')?.focus();
  }

  get hasTerminalFocus(): boolean {
    const region = this.#options.root.querySelector('[data-region="terminal"]');
    return region?.contains(document.activeElement) ?? false;
  }

  #follow({ session, live }: WorkspaceState): void {
    const { deck } = this.#options;
    const ready = session?.state === 'ready';
    const ids = ready ? session.terminals.map(({ id }) => id) : [];
    const focusSoon = () => requestAnimationFrame(() => this.focusTerminal());
    if (this.#terminals !== ids.join()) {
      // A shell that ended under the learner's hands leaves the focus to another one.
      const hadFocus = this.hasTerminalFocus;
      this.#terminals = ids.join();
      deck.keepOnly(ids);
      if (ready && this.#wasReady && hadFocus) focusSoon();
    }
    if (ready && !this.#wasReady && this.#wantsFocus && this.#mayTakeFocus()) focusSoon();
    this.#wasReady = ready;
    if (live !== this.#live) this.#look(live);
  }

  #look(live: LiveView | undefined): void {
    this.#live = live;
    const { store } = this.#options;
    const { previews, activePreview } = store.value;
    const next = nextPreviewTabs(previews, previewPorts(live), activePreview);
    store.set({ previews: next, ...(live ? {} : { activePreview: undefined }) });
  }

  /** Not when something else was taken up meanwhile, nor where a keyboard would cover half of the screen. */
  #mayTakeFocus(): boolean {
    const { activeElement, documentElement } = document;
    const idle = !activeElement || activeElement === document.body || this.#options.root.contains(activeElement);
    return idle && documentElement.dataset['lab'] === 'open' && !window.matchMedia('(pointer: coarse)').matches;
  }

  #terminal(id: string | undefined): TerminalView | undefined {
    return this.#options.store.value.session?.terminals.find((terminal) => terminal.id === id);
  }
}
