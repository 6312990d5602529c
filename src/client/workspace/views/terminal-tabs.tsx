/** @jsxImportSource preact */
import { useRef } from 'preact/hooks';
import type { SessionView, TerminalView } from '../../../../sandbox-server/protocol/views.ts';
import type { WorkspaceActions } from './actions.ts';
import { Icon } from './icons.tsx';
import { tabToFocus } from './tab-keys.ts';

interface TerminalTabsProps {
  session: SessionView;
  active: string;
  actions: WorkspaceActions;
}

/** One tab a terminal; the first of a machine stays, the others can be closed. */
export function TerminalTabs({ session, active, actions }: TerminalTabsProps) {
  const { terminals, machines } = session;
  const list = useRef<HTMLDivElement>(null);
  const machine = terminals.find(({ id }) => id === active)?.machine ?? machines[0]?.name ?? 'host';
  const onKeyDown = (event: KeyboardEvent) => {
    const position = terminals.findIndex(({ id }) => id === active);
    if (event.key === 'Delete' && isExtra(terminals, active)) {
      event.preventDefault();
      actions.closeTerminal(active);
      return;
    }
    const next = terminals[tabToFocus(event.key, position, terminals.length) ?? -1];
    if (!next) return;
    event.preventDefault();
    actions.showTerminal(next.id);
    list.current?.querySelector<HTMLElement>(`[data-terminal="${CSS.escape(next.id)}"]`)?.focus();
  };
  return (
    <div class="ws-tabs">
      <div ref={list} class="ws-tablist" role="tablist" aria-label="Terminals" onKeyDown={onKeyDown}>
        {terminals.map(({ id, title }) => (
          <button
            key={id}
            type="button"
            role="tab"
            id={`ws-tab-${id}`}
            class="ws-tab"
            data-terminal={id}
            aria-selected={id === active}
            aria-controls={`ws-pane-${id}`}
            aria-keyshortcuts={isExtra(terminals, id) ? 'Delete' : undefined}
            tabIndex={id === active ? 0 : -1}
            onClick={() => actions.showTerminal(id, { focus: true })}
          >
            {title}
          </button>
        ))}
      </div>
      {isExtra(terminals, active) && (
        <button type="button" class="ws-tool" onClick={() => actions.closeTerminal(active)}>
          <Icon name="close" />
          <span class="visually-hidden">Close this terminal</span>
        </button>
      )}
      <button type="button" class="ws-tool" title="Another terminal" onClick={() => actions.openTerminal(machine)}>
        <Icon name="plus" />
        <span class="visually-hidden">Another terminal on {machine}</span>
      </button>
    </div>
  );
}

function isExtra(terminals: readonly TerminalView[], id: string): boolean {
  const terminal = terminals.find((candidate) => candidate.id === id);
  return (
    terminals.some(({ machine }) => machine === terminal?.machine) && firstOf(terminals, terminal?.machine)?.id !== id
  );
}

function firstOf(terminals: readonly TerminalView[], machine: string | undefined): TerminalView | undefined {
  return terminals.find((terminal) => terminal.machine === machine);
}
