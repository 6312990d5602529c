/** @jsxImportSource preact */
import type { LiveContainer } from '../../../../sandbox-server/protocol/live.ts';
import { portWords, stateWords } from '../live/live-words.ts';
import type { Tracked } from '../live/transitions.ts';
import { Icon, type IconName } from './icons.tsx';

const STATE_ICONS: Record<LiveContainer['state'], IconName> = {
  created: 'created',
  running: 'running',
  paused: 'paused',
  restarting: 'restarting',
  removing: 'stopped',
  exited: 'stopped',
  dead: 'failed',
};

interface ContainerCardProps {
  tracked: Tracked<LiveContainer>;
  /** Its other networks: it has a card in each. */
  alsoIn: readonly string[];
}

/** A container: its name, image, state in icon and word, ports and volumes. */
export function ContainerCard({ tracked: { item, phase }, alsoIn }: ContainerCardProps) {
  const { name, image, state, status, exitCode, volumes } = item;
  const ports = portWords(item);
  const bad = state === 'dead' || (state === 'exited' && exitCode !== undefined && exitCode !== 0);
  return (
    <li
      class="ws-container"
      data-state={state}
      data-bad={bad}
      data-phase={phase}
      aria-hidden={phase === 'leaving' ? 'true' : undefined}
    >
      <p class="ws-container-head">
        <strong>{name}</strong> <span class="ws-muted">{image}</span>
      </p>
      <p class="ws-container-state" title={status}>
        <Icon name={bad ? 'failed' : STATE_ICONS[state]} />
        {phase === 'leaving' ? 'removed' : stateWords(item)}
      </p>
      {ports.length + volumes.length + alsoIn.length > 0 && (
        <ul class="ws-facts">
          {ports.map((port) => (
            <li key={port}>
              <span class="visually-hidden">port </span>
              {port}
            </li>
          ))}
          {volumes.map((volume) => (
            <li key={volume}>
              <Icon name="volume" />
              <span class="visually-hidden">volume </span>
              {volume}
            </li>
          ))}
          {alsoIn.map((network) => (
            <li key={network}>
              <Icon name="network" />
              also in {network}
            </li>
          ))}
        </ul>
      )}
    </li>
  );
}
