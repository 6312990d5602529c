/** @jsxImportSource preact */
import { MAX_FONT_SIZE, MIN_FONT_SIZE } from '../preferences.ts';
import type { WorkspaceState } from '../workspace-state.ts';
import type { WorkspaceActions } from './actions.ts';
import { Icon } from './icons.tsx';

interface TerminalToolsProps {
  state: WorkspaceState;
  actions: WorkspaceActions;
}

/** What belongs to all terminals: find, text size, screen reader mode. */
export function TerminalTools({ state: { preferences, searching, apple }, actions }: TerminalToolsProps) {
  const { fontSize, screenReader } = preferences;
  const resize = (by: number) => () => actions.setPreferences({ fontSize: fontSize + by });
  return (
    <div class="ws-tools" role="group" aria-label="Terminal settings">
      <button
        type="button"
        class="ws-tool"
        title={apple ? 'Find (⌘F)' : 'Find (Ctrl+Shift+F)'}
        aria-pressed={searching}
        aria-keyshortcuts={apple ? 'Meta+F' : 'Control+Shift+F'}
        onClick={() => actions.setSearching(!searching)}
      >
        <Icon name="search" />
        <span class="visually-hidden">Find in the terminal</span>
      </button>
      <button
        type="button"
        class="ws-tool"
        title="Smaller text"
        disabled={fontSize <= MIN_FONT_SIZE}
        onClick={resize(-1)}
      >
        <span aria-hidden="true">A−</span>
        <span class="visually-hidden">Smaller terminal text</span>
      </button>
      <button
        type="button"
        class="ws-tool"
        title="Larger text"
        disabled={fontSize >= MAX_FONT_SIZE}
        onClick={resize(1)}
      >
        <span aria-hidden="true">A+</span>
        <span class="visually-hidden">Larger terminal text</span>
      </button>
      <button
        type="button"
        class="ws-tool ws-reader-tool"
        title="Screen reader mode: the terminal’s lines are read out"
        aria-pressed={screenReader}
        onClick={() => actions.setPreferences({ screenReader: !screenReader })}
      >
        <span aria-hidden="true">SR</span>
        <span class="visually-hidden">Screen reader mode of the terminal</span>
      </button>
    </div>
  );
}
