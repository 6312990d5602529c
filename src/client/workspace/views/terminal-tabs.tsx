/** @jsxImportSource preact */
import { useRef } from 'preact/hooks';
import type { SessionView, TerminalView } from '../../../../sandbox-server/protocol/views.ts';
import type { WorkspaceActions } from './actions.ts';
import { Icon } from './icons.tsx';
import { tabToFocus } from './tab-keys.ts';

interface TerminalTabsProps {
  session: SessionView;
  /** Ports that can be looked at. */
  previews: readonly number[];
  activeTerminal: string | undefined;
  activePreview: number | undefined;
  actions: WorkspaceActions;
}

interface Tab {
  id: string;
  panel: string;
  title: string;
  label?: string;
  active: boolean;
  show: (focus: boolean) => void;
  /** What takes it away; a machine keeps its first terminal. */
  close?: { label: string; run: () => void };
}

/** One tab a terminal, one a port. */
export function TerminalTabs(props: TerminalTabsProps) {
  const { session, activeTerminal, actions } = props;
  const list = useRef<HTMLDivElement>(null);
  const tabs = [...terminalTabs(props), ...previewTabs(props)];
  const current = tabs.find(({ active }) => active);
  const machine =
    session.terminals.find(({ id }) => id === activeTerminal)?.machine ?? session.machines[0]?.name ?? 'host';
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Delete' && current?.close) {
      event.preventDefault();
      current.close.run();
      return;
    }
    const position = tabs.findIndex(({ active }) => active);
    const next = tabs[tabToFocus(event.key, position, tabs.length) ?? -1];
    if (!next) return;
    event.preventDefault();
    next.show(false);
    list.current?.querySelector<HTMLElement>(`#${CSS.escape(next.id)}`)?.focus();
  };
  return (
    <div class="ws-tabs">
      <div ref={list} class="ws-tablist" role="tablist" aria-label="Terminals and ports" onKeyDown={onKeyDown}>
        {tabs.map(({ id, panel, title, label, active, show, close }, index) => (
          <button
            key={id}
            type="button"
            role="tab"
            id={id}
            class="ws-tab"
            aria-label={label}
            aria-selected={active}
            aria-controls={panel}
            aria-keyshortcuts={close && 'Delete'}
            tabIndex={active || (!current && index === 0) ? 0 : -1}
            onClick={() => show(true)}
          >
            {title}
          </button>
        ))}
      </div>
      {current?.close && (
        <button type="button" class="ws-tool" title={current.close.label} onClick={current.close.run}>
          <Icon name="close" />
          <span class="visually-hidden">{current.close.label}</span>
        </button>
      )}
      <button type="button" class="ws-tool" title="Another terminal" onClick={() => actions.openTerminal(machine)}>
        <Icon name="plus" />
        <span class="visually-hidden">Another terminal on {machine}</span>
      </button>
    </div>
  );
}

function terminalTabs({ session: { terminals }, activeTerminal, activePreview, actions }: TerminalTabsProps): Tab[] {
  return terminals.map(({ id, title }) => ({
    id: `ws-tab-${id}`,
    panel: `ws-pane-${id}`,
    title,
    active: id === activeTerminal && activePreview === undefined,
    show: (focus) => actions.showTerminal(id, { focus }),
    ...(isExtra(terminals, id)
      ? { close: { label: `Close terminal ${title}`, run: () => actions.closeTerminal(id) } }
      : {}),
  }));
}

function previewTabs({ previews, activePreview, actions }: TerminalTabsProps): Tab[] {
  return previews.map((port) => ({
    id: `ws-preview-tab-${port}`,
    panel: `ws-preview-${port}`,
    title: `:${port}`,
    label: `:${port}, page on this port`,
    active: port === activePreview,
    show: () => actions.showPreview(port),
    close: { label: `Close port ${port}`, run: () => actions.closePreview(port) },
  }));
}

function isExtra(terminals: readonly TerminalView[], id: string): boolean {
  const machine = terminals.find((terminal) => terminal.id === id)?.machine;
  return terminals.find((terminal) => terminal.machine === machine)?.id !== id;
}
