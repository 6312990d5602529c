import { h, render } from 'preact';
import type { SessionView } from '../../../sandbox-server/protocol/views.ts';
import type { Api } from '../api.ts';
import { isApple } from '../apple.ts';
import { onCourseEvent, sendCourseEvent } from '../course-events.ts';
import { Desk } from './desk.ts';
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
import { workspaceActions } from './workspace-actions.ts';
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

/** Brings the workspace to life: it follows the lesson's session and listens to the page's `drydock:…` events. */
export function mount({ root, lesson, api, session }: WorkspaceOptions): void {
  const preferences = storedPreferences(() => localStorage);
  const place = storedPlace(() => sessionStorage);
  const { terminal: activeTerminal, focused } = place.load();
  const store = new Store<WorkspaceState>({
    ...initialState(preferences.load(), isApple(navigator.userAgent)),
    activeTerminal,
  });
  const environment = browserEnvironment();
  const onTask = sendCourseEvent.bind(undefined, document, 'drydock:task');
  const client = new SessionClient({ api, lesson, store, environment, onTask });
  const deck = new TerminalDeck(store, environment);
  const desk = new Desk({ root, store, client, deck, focused });
  const runs = new RunBlocks({
    store,
    start: () => desk.start(),
    openTerminal: (machine) => desk.openTerminal(machine),
    show: (terminal) => {
      desk.open();
      return desk.show(terminal, !staysInLesson());
    },
    typed: ({ title }) => store.set({ announcement: `Typed into terminal ${title}.` }),
  });
  const savePreferences = preferences.save;

  draw(root, store, workspaceActions({ store, client, deck, desk, runs, savePreferences }));
  listen(client, runs, desk);
  cycleRegions([
    elementRegion(() => document.querySelector<HTMLElement>('main')),
    elementRegion(
      () => root.querySelector<HTMLElement>('[data-region="terminal"]'),
      () => desk.focusTerminal(),
    ),
    elementRegion(() => root.querySelector<HTMLElement>('[data-region="panel"]')),
  ]);
  window.addEventListener('pagehide', () => {
    place.save({ terminal: store.value.activeTerminal, focused: desk.hasTerminalFocus });
  });

  if (!session || isOver(session.state)) {
    void client.reattach();
    return;
  }
  if (window.matchMedia(BESIDE).matches) desk.open();
  client.follow(session);
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
function listen(client: SessionClient, runs: RunBlocks, desk: Desk): void {
  onCourseEvent(document, 'drydock:start', () => void desk.start());
  onCourseEvent(document, 'drydock:run', (request) => void runs.run(request));
  const send = (message: Parameters<SessionClient['send']>[0]) => {
    client.send(message);
    if (!client.hasSession) void desk.start();
  };
  onCourseEvent(document, 'drydock:check', ({ task }) => send({ type: 'check', task }));
  onCourseEvent(document, 'drydock:answer', ({ task, value }) => send({ type: 'answer', task, value }));
}

/** Who runs a block by keyboard goes on reading, and F6 goes to the terminal; a phone's keyboard would cover it. */
function staysInLesson(): boolean {
  return document.activeElement?.matches(':focus-visible') === true || window.matchMedia('(pointer: coarse)').matches;
}
