/** @jsxImportSource preact */
import type { LivePod } from '../../../../sandbox-server/protocol/live.ts';
import { isBad, podWords, restartWords } from '../live/cluster-words.ts';
import type { Tracked } from '../live/transitions.ts';
import { Icon, type IconName } from './icons.tsx';

/** A pod: its name, image, status in icon and word, why it does not run, restarts, and the Services that send to it. */
export function PodCard({ tracked: { item, phase }, services }: { tracked: Tracked<LivePod>; services: string[] }) {
  const { name, image, why, restarts } = item;
  return (
    <li
      class="ws-container"
      data-state={item.ready ? 'running' : 'created'}
      data-bad={isBad(item)}
      data-phase={phase}
      aria-hidden={phase === 'leaving' ? 'true' : undefined}
    >
      <p class="ws-container-head">
        <strong>{name}</strong> <span class="ws-muted">{image}</span>
      </p>
      <p class="ws-container-state">
        <Icon name={iconOf(item)} />
        {phase === 'leaving' ? 'gone' : podWords(item)}
      </p>
      {why !== '' && <p class="ws-container-why">{why}</p>}
      {(restarts > 0 || services.length > 0) && (
        <ul class="ws-facts">
          {restarts > 0 && (
            <li>
              <Icon name="restarting" />
              {restartWords(restarts)}
            </li>
          )}
          {services.map((service) => (
            <li key={service}>
              <Icon name="network" />
              Service {service}
            </li>
          ))}
        </ul>
      )}
    </li>
  );
}

function iconOf(pod: LivePod): IconName {
  if (isBad(pod)) return 'failed';
  if (pod.ready) return 'running';
  return pod.status === 'Completed' || pod.status === 'Terminating' ? 'stopped' : 'created';
}
