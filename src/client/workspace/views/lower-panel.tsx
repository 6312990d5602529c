/** @jsxImportSource preact */
import { useRef, useState } from 'preact/hooks';
import type { ComponentChildren } from 'preact';
import type { WorkspaceState } from '../workspace-state.ts';
import type { WorkspaceActions } from './actions.ts';
import { Icon } from './icons.tsx';
import { LivePanel } from './live-panel.tsx';
import { tabToFocus } from './tab-keys.ts';

interface PanelTab {
  id: string;
  title: string;
  content: (state: WorkspaceState) => ComponentChildren;
}

/** Every view of the sandbox beside the terminal; port previews and files join here. */
const TABS: readonly PanelTab[] = [
  { id: 'live', title: 'Live view', content: ({ live }) => <LivePanel live={live} /> },
];

interface LowerPanelProps {
  state: WorkspaceState;
  actions: WorkspaceActions;
}

export function LowerPanel({ state, actions }: LowerPanelProps) {
  const { panelOpen } = state.preferences;
  const [active, setActive] = useState(TABS[0]?.id);
  const list = useRef<HTMLDivElement>(null);
  const choose = (id: string) => {
    setActive(id);
    if (!panelOpen) actions.setPreferences({ panelOpen: true });
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const next =
      TABS[
        tabToFocus(
          event.key,
          TABS.findIndex(({ id }) => id === active),
          TABS.length,
        ) ?? -1
      ];
    if (!next) return;
    event.preventDefault();
    choose(next.id);
    list.current?.querySelector<HTMLElement>(`#ws-panel-tab-${next.id}`)?.focus();
  };
  return (
    <>
      <div class="ws-tabbar ws-panel-bar">
        <div ref={list} class="ws-tablist" role="tablist" aria-label="Views of the sandbox" onKeyDown={onKeyDown}>
          {TABS.map(({ id, title }) => (
            <button
              key={id}
              type="button"
              role="tab"
              id={`ws-panel-tab-${id}`}
              class="ws-tab"
              aria-selected={id === active}
              aria-controls="ws-panel-body"
              tabIndex={id === active ? 0 : -1}
              onClick={() => choose(id)}
            >
              {title}
            </button>
          ))}
        </div>
        <button
          type="button"
          class="ws-tool"
          aria-expanded={panelOpen}
          aria-controls="ws-panel-body"
          onClick={() => actions.setPreferences({ panelOpen: !panelOpen })}
        >
          <Icon name={panelOpen ? 'down' : 'up'} />
          <span class="visually-hidden">{panelOpen ? 'Hide the panel' : 'Show the panel'}</span>
        </button>
      </div>
      <div
        id="ws-panel-body"
        class="ws-panel-body"
        role="tabpanel"
        aria-labelledby={`ws-panel-tab-${active}`}
        tabIndex={0}
        data-region="panel"
        hidden={!panelOpen}
      >
        {panelOpen && TABS.find(({ id }) => id === active)?.content(state)}
      </div>
    </>
  );
}
