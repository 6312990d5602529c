import type { Desk } from './desk.ts';
import type { RunBlocks } from './run-blocks.ts';
import type { SessionClient } from './session/session-client.ts';
import type { Store } from './store.ts';
import type { TerminalDeck } from './terminal/terminal-deck.ts';
import type { WorkspaceActions } from './views/actions.ts';
import type { WorkspacePreferences, WorkspaceState } from './workspace-state.ts';

const CTRL_C = '\x03';

interface WorkspaceParts {
  store: Store<WorkspaceState>;
  client: SessionClient;
  deck: TerminalDeck;
  desk: Desk;
  runs: RunBlocks;
  savePreferences: (preferences: WorkspacePreferences) => void;
}

/** What each control does. */
export function workspaceActions({
  store,
  client,
  deck,
  desk,
  runs,
  savePreferences,
}: WorkspaceParts): WorkspaceActions {
  const press = (terminal: string | undefined, keys: string) => {
    if (terminal !== undefined) deck.get(terminal)?.screen.press(keys);
  };
  return {
    start: () => void desk.start(),
    stopElsewhereAndStart: (session) => void client.stopElsewhereAndStart(session),
    extend: () => void client.extend(),
    reset: () => void desk.reset(),
    stop: () => void client.stop(),
    retryNow: () => {
      client.retryNow();
      deck.retryNow();
    },
    share: (mayType) => client.share(mayType),
    takeBack: (share) => void client.takeBack(share),
    dismissProblem: () => store.set({ problem: undefined }),
    openTerminal: (machine) => void desk.openTerminal(machine),
    closeTerminal: (terminal) => void client.closeTerminal(terminal),
    showTerminal: (id, options) => desk.showById(id, options?.focus ?? false),
    terminal: (id) => desk.use(id),
    showPreview: (port) => store.set({ activePreview: port }),
    closePreview: (port) => {
      const { open, closed } = store.value.previews;
      const previews = { open: open.filter((other) => other !== port), closed: [...closed, port] };
      store.set({ previews, activePreview: undefined });
    },
    pressKeys: (keys) => press(desk.active?.id, keys),
    setSearching: (searching) => store.set({ searching }),
    setPreferences: (changes) => {
      const preferences = { ...store.value.preferences, ...changes };
      store.set({ preferences });
      savePreferences(preferences);
      if (changes.fontSize !== undefined) deck.setFontSize(changes.fontSize);
      if (changes.screenReader !== undefined) deck.setScreenReader(changes.screenReader);
    },
    wantLive: (on) => client.wantLive(on),
    typeWaitingRun: () => runs.typeNow(),
    interruptForWaitingRun: () => press(store.value.waitingRun?.terminal, CTRL_C),
    cancelWaitingRun: () => runs.cancel(),
  };
}
