/** @jsxImportSource preact */
import type { LiveContainer, LiveNetwork } from '../../../../sandbox-server/protocol/live.ts';
import type { Tracked } from '../live/transitions.ts';
import { ContainerCard } from './container-card.tsx';
import { Icon } from './icons.tsx';
import { usePicture } from './use-picture.ts';

/** Docker's own networks: shown once something is in them. */
const BUILT_IN = new Set(['bridge', 'host', 'none']);

interface NetworksProps {
  networks: readonly LiveNetwork[];
  containers: readonly LiveContainer[];
}

/** Each network as a frame around its containers. A container in several is in each; one in none stands alone. */
export function Networks({ networks, containers }: NetworksProps) {
  const cards = usePicture(containers, CONTAINERS);
  const frames = usePicture(networks, NETWORKS);
  const shown = frames.filter(({ item }) => !BUILT_IN.has(item.name) || membersOf(item.name, cards).length > 0);
  const names = new Set(networks.map(({ name }) => name));
  const alone = cards.filter(({ item }) => !item.networks.some((network) => names.has(network)));
  if (shown.length === 0 && alone.length === 0) {
    return (
      <p class="ws-empty">
        No containers yet. <code>docker run</code> makes one.
      </p>
    );
  }
  return (
    <div class="ws-networks">
      {alone.length > 0 && (
        <ul class="ws-containers" aria-label="Containers without a network">
          {alone.map((tracked) => (
            <ContainerCard key={tracked.key} tracked={tracked} alsoIn={[]} />
          ))}
        </ul>
      )}
      {shown.map(({ key, item, phase }) => (
        <NetworkFrame key={key} network={item} phase={phase} members={membersOf(item.name, cards)} />
      ))}
    </div>
  );
}

interface NetworkFrameProps {
  network: LiveNetwork;
  phase: string;
  members: Tracked<LiveContainer>[];
}

function NetworkFrame({ network: { name, driver, subnet }, phase, members }: NetworkFrameProps) {
  return (
    <section class="ws-network" data-phase={phase} aria-label={`Network ${name}`}>
      {members.length > 0 ? (
        <ul class="ws-containers">
          {members.map((tracked) => (
            <ContainerCard
              key={tracked.key}
              tracked={tracked}
              alsoIn={tracked.item.networks.filter((other) => other !== name)}
            />
          ))}
        </ul>
      ) : (
        <p class="ws-empty">No containers in it</p>
      )}
      <p class="ws-network-name">
        <Icon name="network" />
        <span>
          network <strong>{name}</strong>
          {driver !== name && ` · ${driver}`}
          {subnet && ` · ${subnet}`}
        </span>
      </p>
    </section>
  );
}

function membersOf(network: string, cards: readonly Tracked<LiveContainer>[]): Tracked<LiveContainer>[] {
  return cards.filter(({ item }) => item.networks.includes(network));
}

const CONTAINERS = {
  keyOf: ({ id }: LiveContainer) => id,
  signatureOf: ({ name, state, exitCode, ports, networks, volumes }: LiveContainer) =>
    JSON.stringify([name, state, exitCode, ports, networks, volumes]),
};

const NETWORKS = {
  keyOf: ({ id }: LiveNetwork) => id,
  signatureOf: ({ name, driver, subnet }: LiveNetwork) => JSON.stringify([name, driver, subnet]),
};
