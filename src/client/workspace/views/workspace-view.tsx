/** @jsxImportSource preact */
import { useRef } from 'preact/hooks';
import type { SessionView } from '../../../../sandbox-server/protocol/views.ts';
import type { WorkspaceState } from '../workspace-state.ts';
import type { WorkspaceActions } from './actions.ts';
import { LabState } from './lab-state.tsx';
import { LowerPanel } from './lower-panel.tsx';
import { PreviewPane } from './preview-pane.tsx';
import { Problem } from './problem.tsx';
import type { WorkspaceProps } from './session-chip.tsx';
import { Splitter } from './splitter.tsx';
import { TerminalPane } from './terminal-pane.tsx';
import { TerminalTabs } from './terminal-tabs.tsx';
import { TerminalTools } from './terminal-tools.tsx';
import { TouchKeys } from './touch-keys.tsx';
import { useStore } from './use-store.ts';
import { useWatched } from './use-watched.ts';

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
  const { preferences, problem, activePreview } = state;
  const previews = session.preview === undefined ? [] : state.previews.open;
  const desk = useRef<HTMLDivElement>(null);
  useWatched(desk, actions.wantLive);
  const active = session.terminals.find(({ id }) => id === state.activeTerminal) ?? session.terminals[0];
  return (
    <div
      ref={desk}
      class="ws-desk"
      data-panel={preferences.panelOpen ? 'open' : 'closed'}
      style={{ '--split': preferences.split }}
    >
      <div class="ws-upper" id="ws-upper">
        <div class="ws-tabbar">
          <TerminalTabs
            session={session}
            previews={previews}
            activeTerminal={active?.id}
            activePreview={activePreview}
            actions={actions}
          />
          <TerminalTools state={state} actions={actions} />
        </div>
        {problem && (
          <Problem problem={problem}>
            <button type="button" class="ws-button ws-small" onClick={actions.dismissProblem}>
              Dismiss
            </button>
          </Problem>
        )}
        {session.notice?.code === 'lab-changed' && (
          <p class="ws-problem" role="status">
            {session.notice.message}
          </p>
        )}
        <div class="ws-panes" data-region="terminal">
          {session.terminals.map(({ id }) => (
            <TerminalPane
              key={id}
              id={id}
              active={id === active?.id && activePreview === undefined}
              state={state}
              actions={actions}
            />
          ))}
          {previews.map((port) => (
            <PreviewPane key={port} port={port} active={port === activePreview} base={session.preview ?? ''} />
          ))}
          {!active && <NoTerminal machine={session.machines[0]?.name ?? 'host'} actions={actions} />}
        </div>
        {active && activePreview === undefined && <TerminalFoot apple={state.apple} actions={actions} />}
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

/** The learner left every shell. */
function NoTerminal({ machine, actions }: { machine: string; actions: WorkspaceActions }) {
  return (
    <div class="ws-no-terminal" role="status">
      <p>The shell has ended. The machine and everything in it is still there.</p>
      <button type="button" class="ws-button" onClick={() => actions.openTerminal(machine)}>
        Open a terminal
      </button>
    </div>
  );
}

/** Below the terminal: the keys that a phone lacks, or the keys that a keyboard has. */
function TerminalFoot({ apple, actions }: { apple: boolean; actions: WorkspaceActions }) {
  const findKeys = apple ? ['⌘', 'F'] : ['Ctrl', 'Shift', 'F'];
  return (
    <>
      <TouchKeys onPress={actions.pressKeys} />
      <p class="ws-hint">
        <kbd>F6</kbd> leaves the terminal,{' '}
        {findKeys.map((key) => (
          <kbd key={key}>{key}</kbd>
        ))}{' '}
        finds
      </p>
    </>
  );
}
