import type { Terminal } from '@xterm/xterm';

export interface TerminalKeyActions {
  find: () => void;
  copied: (characters: number) => void;
}

/** Keys that are the page's and not the shell's. Everything else goes to the shell, Tab and Escape included. */
export function addKeys(terminal: Terminal, actions: TerminalKeyActions): void {
  terminal.attachCustomKeyEventHandler((event) => {
    // F6 moves between the regions of the page; the document listens for it.
    if (event.key === 'F6') return false;
    if (event.metaKey && event.code === 'KeyC' && terminal.hasSelection()) return true;
    if (!event.ctrlKey || event.altKey || event.metaKey) return true;
    const key = event.key.toLowerCase();
    if (key === 'v' && event.shiftKey) return false; // the browser pastes
    if (key === 'f' && event.shiftKey) return taken(event, actions.find);
    if (key !== 'c') return true;
    if (terminal.hasSelection()) return taken(event, () => void copySelection(terminal, actions));
    return event.shiftKey ? taken(event, () => undefined) : true;
  });
}

function taken(event: KeyboardEvent, action: () => void): false {
  event.preventDefault();
  if (event.type === 'keydown') action();
  return false;
}

async function copySelection(terminal: Terminal, actions: TerminalKeyActions): Promise<void> {
  const text = terminal.getSelection();
  // The clipboard API exists in secure contexts only; xterm.js answers the copy command with its selection.
  const written = await navigator.clipboard?.writeText(text).then(
    () => true,
    () => false,
  );
  if (!written && !document.execCommand('copy')) return;
  terminal.clearSelection();
  actions.copied(text.length);
}
