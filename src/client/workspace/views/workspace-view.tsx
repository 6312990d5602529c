/** @jsxImportSource preact */
import type { SessionView } from '../../../../sandbox-server/protocol/views.ts';
import type { WorkspaceState } from '../workspace-state.ts';
import type { WorkspaceActions } from './actions.ts';
import { LabState } from './lab-state.tsx';
import { LowerPanel } from './lower-panel.tsx';
import { Problem } from './problem.tsx';
import type { WorkspaceProps } from './session-chip.tsx';
import { Splitter } from './splitter.tsx';
import { TerminalPane } from './terminal-pane.tsx';
import { TerminalTabs } from './terminal-tabs.tsx';
import { TerminalTools } from './terminal-tools.tsx';
import { TouchKeys } from './touch-keys.tsx';
import { useStore } from './use-store.ts';

/** All of the aside. */
export function WorkspaceView({ store, actions }: WorkspaceProps) {
  const state = useStore(store);
  const { session, announcement } = state;
  const working = session?.state === 'ready';
  return (
    <div class="ws-root">
      <p class="visually-hidden" role="status">
        {announcement}
      </p>
      {working ? (
        <Desk state={state} session={session} actions={actions} />
      ) : (
        <LabState state={state} actions={actions} />
      )}
    </div>
  );
}

interface DeskProps {
  state: WorkspaceState;
  session: SessionView;
  actions: WorkspaceActions;
}

/** Terminals above, the picture below. */
function Desk({ state, session, actions }: DeskProps) {
  const { preferences, problem } = state;
  const active = session.terminals.find(({ id }) => id === state.activeTerminal) ?? session.terminals[0];
  return (
    <div
      class="ws-desk"
      data-panel={preferences.panelOpen ? 'open' : 'closed'}
      style={{ '--split': preferences.split }}
    >
      <div class="ws-upper" id="ws-upper">
        <div class="ws-tabbar">
          <TerminalTabs session={session} active={active?.id ?? ''} actions={actions} />
          <TerminalTools state={state} actions={actions} />
        </div>
        {problem && (
          <Problem problem={problem}>
            <button type="button" class="ws-button ws-small" onClick={actions.dismissProblem}>
              Dismiss
            </button>
          </Problem>
        )}
        <div class="ws-panes" data-region="terminal">
          {session.terminals.map(({ id }) => (
            <TerminalPane key={id} id={id} active={id === active?.id} state={state} actions={actions} />
          ))}
          {!active && <p class="ws-empty">No terminal is open. The + above opens one.</p>}
        </div>
        <TouchKeys onPress={actions.pressKeys} />
        <p class="ws-hint">
          <kbd>F6</kbd> leaves the terminal
          <span class="ws-hint-more">
            , <kbd>Ctrl</kbd> <kbd>Shift</kbd> <kbd>F</kbd> finds
          </span>
        </p>
      </div>
      {preferences.panelOpen && (
        <Splitter
          split={preferences.split}
          controls="ws-upper"
          onSplit={(split) => actions.setPreferences({ split })}
        />
      )}
      <div class="ws-lower">
        <LowerPanel state={state} actions={actions} />
      </div>
    </div>
  );
}
