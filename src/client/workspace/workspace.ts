import { h, render } from 'preact';
import type { LiveView } from '../../../sandbox-server/protocol/live.ts';
import type { SessionView, TerminalView } from '../../../sandbox-server/protocol/views.ts';
import type { Api } from '../api.ts';
import { onCourseEvent, sendCourseEvent } from '../course-events.ts';
import { nextPreviewTabs, previewPorts } from './live/preview-ports.ts';
import { storedPlace } from './place.ts';
import { storedPreferences } from './preferences.ts';
import { cycleRegions, elementRegion } from './regions.ts';
import { RunBlocks } from './run-blocks.ts';
import { browserEnvironment } from './session/browser-environment.ts';
import { SessionClient } from './session/session-client.ts';
import { isOver } from './session/session-words.ts';
import { Store } from './store.ts';
import { TerminalDeck } from './terminal/terminal-deck.ts';
import type { WorkspaceActions } from './views/actions.ts';
import { LabBarState } from './views/lab-bar-state.tsx';
import { SessionChip } from './views/session-chip.tsx';
import { WorkspaceView } from './views/workspace-view.tsx';
import { initialState, type WorkspaceState } from './workspace-state.ts';
import '@xterm/xterm/css/xterm.css';
import '../../styles/workspace.css';
import '../../styles/session-chip.css';
import '../../styles/live-view.css';

export interface WorkspaceOptions {
  /** The aside. Its `[data-workspace]` element is drawn into; its `[data-workspace-shell]` has served then. */
  root: HTMLElement;
  /** `<course>/<module>/<lesson>` */
  lesson: string;
  api: Api;
  /** The lesson's session, where the page knows of one. */
  session: SessionView | undefined;
}

/** From this width on the workspace stands beside the lesson and need not be opened. */
const BESIDE = '(min-width: 1100px)';
const CTRL_C = '\x03';

/** Brings the workspace to life: it follows the lesson's session and listens to the page's `drydock:…` events. */
export function mount({ root, lesson, api, session: known }: WorkspaceOptions): void {
  const preferences = storedPreferences(() => localStorage);
  const place = storedPlace(() => sessionStorage);
  const before = place.load();
  const store = new Store<WorkspaceState>({ ...initialState(preferences.load()), activeTerminal: before.terminal });
  const environment = browserEnvironment();
  const client = new SessionClient({
    api,
    lesson,
    store,
    environment,
    onTask: (task) => sendCourseEvent(document, 'drydock:task', task),
  });
  const deck = new TerminalDeck(store, environment);

  const openLab = () => {
    document.documentElement.dataset['lab'] = 'open';
  };
  const show = (terminal: TerminalView, focus: boolean) => {
    const { session } = store.value;
    if (!session) return undefined;
    const open = deck.use(session.id, terminal);
    store.set({ activeTerminal: terminal.id, activePreview: undefined });
    if (focus) requestAnimationFrame(() => open.screen.focus());
    return open;
  };
  const activeTerminal = (): TerminalView | undefined => {
    const terminals = store.value.session?.terminals ?? [];
    return terminals.find(({ id }) => id === store.value.activeTerminal) ?? terminals[0];
  };
  const focusTerminal = () => {
    const terminal = activeTerminal();
    if (terminal) show(terminal, true);
    else root.querySelector<HTMLElement>('.ws-no-terminal button')?.focus();
  };
  /** The prompt is what the learner waits for, or had under the hands before a reload. */
  let wantsFocus = before.focused;
  const start = async () => {
    wantsFocus = true;
    openLab();
    await client.start();
  };
  const runs = new RunBlocks({
    store,
    start,
    openTerminal: async (machine) => void (await client.openTerminal(machine)),
    show: (terminal) => {
      openLab();
      // Who runs a block by keyboard stays in the lesson: F6 goes to the terminal.
      return show(terminal, document.activeElement?.matches(':focus-visible') !== true);
    },
    typed: ({ title }) => store.set({ announcement: `Typed into terminal ${title}.` }),
  });

  const actions: WorkspaceActions = {
    start: () => void start(),
    stopElsewhereAndStart: (session) => void client.stopElsewhereAndStart(session),
    extend: () => void client.extend(),
    reset: () => {
      wantsFocus = true;
      void client.reset();
    },
    stop: () => void client.stop(),
    retryNow: () => {
      client.retryNow();
      deck.retryNow();
    },
    dismissProblem: () => store.set({ problem: undefined }),
    openTerminal: (machine) => void openTerminal(machine),
    closeTerminal: (terminal) => void client.closeTerminal(terminal),
    showPreview: (port) => store.set({ activePreview: port }),
    closePreview: (port) => {
      const { open, closed } = store.value.previews;
      store.set({
        previews: { open: open.filter((other) => other !== port), closed: [...closed, port] },
        activePreview: undefined,
      });
    },
    showTerminal: (id, options) => {
      const terminal = store.value.session?.terminals.find((candidate) => candidate.id === id);
      if (terminal) show(terminal, options?.focus ?? false);
    },
    terminal: (id) => {
      const { session } = store.value;
      const terminal = session?.terminals.find((candidate) => candidate.id === id);
      return session && terminal ? deck.use(session.id, terminal) : undefined;
    },
    pressKeys: (keys) => {
      const terminal = activeTerminal();
      if (terminal) deck.get(terminal.id)?.screen.press(keys);
    },
    setSearching: (searching) => store.set({ searching }),
    setPreferences: (changes) => {
      const next = { ...store.value.preferences, ...changes };
      store.set({ preferences: next });
      preferences.save(next);
      if (changes.fontSize !== undefined) deck.setFontSize(changes.fontSize);
      if (changes.screenReader !== undefined) deck.setScreenReader(changes.screenReader);
    },
    wantLive: (on) => client.wantLive(on),
    typeWaitingRun: () => runs.typeNow(),
    interruptForWaitingRun: () => {
      const { waitingRun } = store.value;
      if (waitingRun) deck.get(waitingRun.terminal)?.screen.press(CTRL_C);
    },
    cancelWaitingRun: () => runs.cancel(),
  };
  const openTerminal = async (machine: string) => {
    const id = await client.openTerminal(machine);
    if (id !== undefined) actions.showTerminal(id, { focus: true });
  };

  let wasReady = false;
  let terminals = '';
  let lookedAt: LiveView | undefined;
  store.subscribe(({ session, live }) => {
    const ready = session?.state === 'ready';
    const ids = ready ? session.terminals.map(({ id }) => id) : [];
    // Its shell ended under the learner's hands: another terminal takes the focus.
    const hadFocus = root.querySelector('[data-region="terminal"]')?.contains(document.activeElement) ?? false;
    if (terminals !== ids.join()) {
      terminals = ids.join();
      deck.keepOnly(ids);
      if (ready && wasReady && hadFocus) requestAnimationFrame(focusTerminal);
    }
    if (ready && !wasReady && wantsFocus && mayTakeFocus(root)) requestAnimationFrame(focusTerminal);
    wasReady = ready;
    if (live === lookedAt) return;
    lookedAt = live;
    const { previews, activePreview } = store.value;
    const next = nextPreviewTabs(previews, previewPorts(live), activePreview);
    store.set({ previews: next, ...(live ? {} : { activePreview: undefined }) });
  });

  window.addEventListener('pagehide', () => {
    const focused = root.querySelector('[data-region="terminal"]')?.contains(document.activeElement) ?? false;
    place.save({ terminal: store.value.activeTerminal, focused });
  });

  draw(root, store, actions);
  listen(client, runs, start);
  cycleRegions([
    elementRegion(() => document.querySelector<HTMLElement>('main')),
    elementRegion(() => root.querySelector<HTMLElement>('[data-region="terminal"]'), focusTerminal),
    elementRegion(() => root.querySelector<HTMLElement>('[data-region="panel"]')),
  ]);

  if (known && !isOver(known.state)) {
    if (window.matchMedia(BESIDE).matches) openLab();
    client.follow(known);
  } else {
    void client.reattach();
  }
}

function draw(root: HTMLElement, store: Store<WorkspaceState>, actions: WorkspaceActions): void {
  const target = root.querySelector('[data-workspace]') ?? root.appendChild(document.createElement('div'));
  root.querySelector('[data-workspace-shell]')?.remove();
  render(h(WorkspaceView, { store, actions }), target);
  const chip = document.querySelector('#session-chip');
  if (chip) render(h(SessionChip, { store, actions }), chip);
  const bar = document.querySelector('[data-lab-state]');
  if (bar) render(h(LabBarState, { store, actions }), bar);
}

/** What the lesson asks for. */
function listen(client: SessionClient, runs: RunBlocks, start: () => Promise<void>): void {
  onCourseEvent(document, 'drydock:start', () => void start());
  onCourseEvent(document, 'drydock:run', (request) => void runs.run(request));
  const send = (message: Parameters<SessionClient['send']>[0]) => {
    client.send(message);
    if (!client.hasSession) void start();
  };
  onCourseEvent(document, 'drydock:check', ({ task }) => send({ type: 'check', task }));
  onCourseEvent(document, 'drydock:answer', ({ task, value }) => send({ type: 'answer', task, value }));
}

/** Not when something else was taken up meanwhile, nor where a keyboard would cover half of the screen. */
function mayTakeFocus(root: HTMLElement): boolean {
  const { activeElement } = document;
  const idle = !activeElement || activeElement === document.body || root.contains(activeElement);
  return idle && document.documentElement.dataset['lab'] === 'open' && !window.matchMedia('(pointer: coarse)').matches;
}
