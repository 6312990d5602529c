import type { Terminal } from '@xterm/xterm';

/** Whose a key is: the shell's, the browser's (it pastes, it leaves the terminal), the page's, or nobody's. */
export type KeyMeaning = 'shell' | 'browser' | 'copy' | 'find' | 'nothing';

export type PressedKey = Pick<KeyboardEvent, 'key' | 'code' | 'ctrlKey' | 'shiftKey' | 'altKey' | 'metaKey'>;

export interface KeyCircumstances {
  /** The keyboard has ⌘: Ctrl is then the shell's alone. */
  apple: boolean;
  /** Something of the terminal is selected. */
  selected: boolean;
}

export interface TerminalKeyActions {
  find: () => void;
  copied: (characters: number) => void;
}

/** Everything that is not named here goes to the shell, Tab and Escape included. */
export function keyMeaning(key: PressedKey, { apple, selected }: KeyCircumstances): KeyMeaning {
  // F6 moves between the regions of the page; the document listens for it.
  if (key.key === 'F6') return 'browser';
  if (key.altKey) return 'shell';
  const letter = letterOf(key);
  if (apple && key.metaKey && !key.ctrlKey && !key.shiftKey) {
    if (letter === 'c' && selected) return 'copy';
    return letter === 'f' ? 'find' : 'shell';
  }
  if (!key.ctrlKey || key.metaKey) return 'shell';
  if (key.shiftKey) {
    if (letter === 'v') return 'browser';
    if (letter === 'f') return 'find';
    if (letter === 'c') return selected ? 'copy' : 'nothing';
    return 'shell';
  }
  return letter === 'c' && selected && !apple ? 'copy' : 'shell';
}

export function addKeys(terminal: Terminal, apple: boolean, actions: TerminalKeyActions): void {
  terminal.attachCustomKeyEventHandler((event) => {
    const meaning = keyMeaning(event, { apple, selected: terminal.hasSelection() });
    if (meaning === 'shell') return true;
    if (meaning === 'browser') return false;
    event.preventDefault();
    if (event.type !== 'keydown') return false;
    if (meaning === 'find') actions.find();
    if (meaning === 'copy') void copySelection(terminal, actions);
    return false;
  });
}

/** The letter by which a key's shortcut goes: where the layout has another alphabet, the one that is printed beside. */
function letterOf({ key, code }: PressedKey): string {
  return (/^[a-z]$/i.test(key) ? key : code.replace(/^Key/, '')).toLowerCase();
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
