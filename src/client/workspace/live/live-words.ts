import type { LiveContainer, LiveView } from '../../../../sandbox-server/protocol/live.ts';
import { clusterChanges } from './cluster-words.ts';
import { imageName } from './layer-sharing.ts';

/** More than this at once is a list that nobody listens to. */
const MAX_SPOKEN = 4;

/** `8080 → 80`; `80/udp` where nothing is published. */
export function portWords({ ports }: Pick<LiveContainer, 'ports'>): string[] {
  const words = ports.map(({ host, container, protocol }) => {
    const inside = protocol === 'tcp' ? String(container) : `${container}/${protocol}`;
    return host === undefined ? inside : `${host} → ${inside}`;
  });
  return [...new Set(words)];
}

/** The state in a word and, once it is over, with its exit code. */
export function stateWords({ state, exitCode }: Pick<LiveContainer, 'state' | 'exitCode'>): string {
  return state === 'exited' && exitCode !== undefined ? `exited (${exitCode})` : state;
}

/** What changed from one snapshot to the next, for who can't see it. Empty when nothing did. */
export function spokenChanges(before: LiveView, after: LiveView): string {
  const words = [
    ...(before.cluster && after.cluster ? clusterChanges(before.cluster, after.cluster) : []),
    ...difference(before.images, after.images, imageName, (name, verb) => `image ${name} ${verb}`),
    ...containerChanges(before.containers, after.containers),
    ...difference(
      before.networks,
      after.networks,
      ({ name }) => name,
      (name, verb) => `network ${name} ${verb}`,
    ),
    ...difference(
      before.volumes,
      after.volumes,
      ({ name }) => name,
      (name, verb) => `volume ${name} ${verb}`,
    ),
  ];
  if (words.length === 0) return '';
  const spoken = words.slice(0, MAX_SPOKEN).join(', ');
  return `Live view: ${spoken}${words.length > MAX_SPOKEN ? ` and ${words.length - MAX_SPOKEN} more changes` : ''}.`;
}

function difference<T>(
  before: readonly T[],
  after: readonly T[],
  nameOf: (item: T) => string,
  say: (name: string, verb: 'added' | 'removed') => string,
): string[] {
  const [was, is] = [new Set(before.map(nameOf)), new Set(after.map(nameOf))];
  return [
    ...[...is].filter((name) => !was.has(name)).map((name) => say(name, 'added')),
    ...[...was].filter((name) => !is.has(name)).map((name) => say(name, 'removed')),
  ];
}

function containerChanges(before: readonly LiveContainer[], after: readonly LiveContainer[]): string[] {
  const was = new Map(before.map((container) => [container.id, container]));
  const now = new Set(after.map(({ id }) => id));
  return [
    ...after
      .filter((container) => {
        const old = was.get(container.id);
        return !old || stateWords(old) !== stateWords(container);
      })
      .map((container) => `container ${container.name} ${stateWords(container)}`),
    ...before.filter(({ id }) => !now.has(id)).map(({ name }) => `container ${name} removed`),
  ];
}
