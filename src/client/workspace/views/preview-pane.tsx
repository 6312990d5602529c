/** @jsxImportSource preact */
import { useState } from 'preact/hooks';
import { Icon } from './icons.tsx';

interface PreviewPaneProps {
  port: number;
  active: boolean;
  /** `SessionView.preview` */
  base: string;
}

/** What a container serves on a port, in a page of its own without any rights here (the server's answer sees to it). */
export function PreviewPane({ port, active, base }: PreviewPaneProps) {
  const [seen, setSeen] = useState(active);
  const [round, setRound] = useState(0);
  if (active && !seen) setSeen(true);
  const address = `${base}/${port}/`;
  return (
    <div
      id={`ws-preview-${port}`}
      class="ws-pane ws-preview"
      role="tabpanel"
      aria-labelledby={`ws-preview-tab-${port}`}
      hidden={!active}
    >
      <div class="ws-preview-bar">
        <span class="ws-preview-address">http://localhost:{port}</span>
        <button type="button" class="ws-tool" title="Load again" onClick={() => setRound(round + 1)}>
          <Icon name="restarting" />
          <span class="visually-hidden">Load port {port} again</span>
        </button>
        <a class="ws-tool ws-preview-link" href={address} target="_blank" rel="noopener noreferrer">
          Open in a new tab
        </a>
      </div>
      {seen && <iframe key={round} class="ws-preview-frame" src={address} title={`What port ${port} serves`} />}
    </div>
  );
}
