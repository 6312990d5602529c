/** @jsxImportSource preact */
import { useEffect, useRef } from 'preact/hooks';
import { NO_TERMINAL_STATUS, type WorkspaceState } from '../workspace-state.ts';
import type { WorkspaceActions } from './actions.ts';
import { FindBar } from './find-bar.tsx';
import { Problem } from './problem.tsx';

interface TerminalPaneProps {
  id: string;
  active: boolean;
  state: WorkspaceState;
  actions: WorkspaceActions;
}

/** One terminal's screen with what has to be said about it. */
export function TerminalPane({ id, active, state, actions }: TerminalPaneProps) {
  const host = useRef<HTMLDivElement>(null);
  const status = state.terminals[id] ?? NO_TERMINAL_STATUS;
  const waiting = state.waitingRun?.terminal === id ? state.waitingRun : undefined;
  useEffect(() => {
    if (!active || !host.current) return;
    const open = actions.terminal(id);
    if (!open) return;
    if (open.screen.element.parentElement !== host.current) host.current.append(open.screen.element);
    void open.screen.show();
  }, [active, id]);
  const close = () => {
    actions.setSearching(false);
    actions.terminal(id)?.screen.focus();
  };
  return (
    <div id={`ws-pane-${id}`} class="ws-pane" role="tabpanel" aria-labelledby={`ws-tab-${id}`} hidden={!active}>
      {active && state.searching && (
        <FindBar terminal={actions.terminal(id)} matches={status.search} asked={state.findAsked} onClose={close} />
      )}
      <div ref={host} class="ws-screen-host" />
      {status.hoveredLink && (
        <div class="ws-link-hint" aria-hidden="true">
          {state.apple ? '⌘' : 'Ctrl'}+click opens {status.hoveredLink}
        </div>
      )}
      {waiting && (
        <div class="ws-note" role="status">
          <p>A command is still running here. The block is typed when it ends.</p>
          <div class="ws-buttons">
            <button type="button" class="ws-button ws-small" onClick={actions.interruptForWaitingRun}>
              End the command (Ctrl+C)
            </button>
            <button type="button" class="ws-button ws-small" onClick={actions.typeWaitingRun}>
              Type it now
            </button>
            <button type="button" class="ws-button ws-small" onClick={actions.cancelWaitingRun}>
              Don’t run it
            </button>
          </div>
        </div>
      )}
      {status.problem && <Problem problem={status.problem} />}
      {status.link === 'waiting' && (
        <div class="ws-note" role="status">
          <p>The connection is lost; the shell goes on. What it prints appears when the connection is back.</p>
          <button type="button" class="ws-button ws-small" onClick={actions.retryNow}>
            Try now
          </button>
        </div>
      )}
    </div>
  );
}
