/** @jsxImportSource preact */
import type { LiveContainer, LiveVolume } from '../../../../sandbox-server/protocol/live.ts';
import { Icon } from './icons.tsx';
import { usePicture } from './use-picture.ts';

interface VolumesProps {
  volumes: readonly LiveVolume[];
  containers: readonly LiveContainer[];
}

/** Volumes and who mounts them. */
export function Volumes({ volumes, containers }: VolumesProps) {
  const picture = usePicture(volumes, PICTURE);
  return (
    <ul class="ws-volumes">
      {picture.map(({ key, item: { name, driver }, phase }) => {
        const users = containers
          .filter((container) => container.volumes.includes(name))
          .map((container) => container.name);
        return (
          <li key={key} class="ws-volume" data-phase={phase} aria-hidden={phase === 'leaving' ? 'true' : undefined}>
            <Icon name="volume" />
            <strong title={name}>{name}</strong>
            <span class="ws-muted">
              {driver !== 'local' && `${driver} · `}
              {users.length > 0 ? `in ${users.join(', ')}` : 'not in use'}
            </span>
          </li>
        );
      })}
    </ul>
  );
}

const PICTURE = {
  keyOf: ({ name }: LiveVolume) => name,
  signatureOf: ({ name, driver }: LiveVolume) => `${name} ${driver}`,
};
