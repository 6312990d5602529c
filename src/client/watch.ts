import type { WatchServerMessage, WatchView } from '../../sandbox-server/protocol/watch.ts';
import { isApple } from './apple.ts';
import { watchWords } from './watch/watch-words.ts';
import { WatchedTerminal } from './watch/watched-terminal.ts';
import { parseMessage } from './workspace/parse-message.ts';
import { cycleRegions, elementRegion } from './workspace/regions.ts';
import { browserEnvironment } from './workspace/session/browser-environment.ts';
import { type LinkState, ReconnectingSocket } from './workspace/session/reconnecting-socket.ts';
import '@xterm/xterm/css/xterm.css';
import '../styles/workspace.css';
import '../styles/watch.css';

const environment = browserEnvironment();
const token = location.hash.slice(1);
const base = `/api/watch/${encodeURIComponent(token)}`;
const [status, tabs, panes] = ['#watch-state', '#watch-tabs', '#watch-panes'].map((id) => document.querySelector(id));
const open = new Map<string, WatchedTerminal>();
let shown: string | undefined;
let watch: WatchView | undefined;
let link: LinkState = 'connecting';

function draw(): void {
  if (status) status.textContent = watchWords(watch, link);
  const terminals = watch?.terminals ?? [];
  for (const [id, terminal] of open) {
    if (terminals.some((other) => other.id === id)) continue;
    terminal.close();
    open.delete(id);
  }
  if (!terminals.some(({ id }) => id === shown)) shown = terminals[0]?.id;
  tabs?.replaceChildren(...terminals.map(({ id, title }) => tab(id, title)));
  const current = terminals.find(({ id }) => id === shown);
  if (current && !open.has(current.id)) {
    const path = `${base}/terminals/${encodeURIComponent(current.id)}/stream`;
    const terminal = new WatchedTerminal(path, current.title, environment, isApple(navigator.userAgent));
    open.set(current.id, terminal);
    panes?.append(terminal.element);
  }
  for (const [id, { element }] of open) element.hidden = id !== shown;
  if (shown !== undefined) open.get(shown)?.show();
}

function tab(id: string, title: string): HTMLButtonElement {
  const button = document.createElement('button');
  button.type = 'button';
  button.textContent = title;
  button.setAttribute('aria-pressed', String(id === shown));
  button.addEventListener('click', () => {
    shown = id;
    draw();
  });
  return button;
}

/** A handshake that is turned down looks like a lost network: only the API can tell them apart. */
async function isTakenBack(): Promise<boolean> {
  return await fetch(base).then(
    ({ status: code }) => code === 403 || code === 404,
    () => false,
  );
}

function follow(): void {
  const events: ReconnectingSocket = new ReconnectingSocket(environment, {
    url: () => `${base}/events`,
    onText: (text) => {
      const message = parseMessage<WatchServerMessage>(text, ['watch', 'pong']);
      if (message?.type !== 'watch') return;
      watch = message.watch;
      draw();
    },
    onBytes: () => undefined,
    onState: (state, { wasOpen }) => {
      link = state;
      draw();
      if (state !== 'waiting' || wasOpen) return;
      void isTakenBack().then((gone) => {
        if (gone) events.close();
      });
    },
  });
}

cycleRegions([
  elementRegion(() => document.querySelector<HTMLElement>('header')),
  elementRegion(() => document.querySelector<HTMLElement>('#watch-tabs')),
  elementRegion(
    () => document.querySelector<HTMLElement>('#watch-panes'),
    () => void (shown !== undefined && open.get(shown)?.focus()),
  ),
]);

document.addEventListener('visibilitychange', () => {
  for (const terminal of open.values()) terminal.looking(!document.hidden);
});

if (token === '') {
  link = 'closed';
  draw();
} else follow();
