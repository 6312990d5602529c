import type Docker from 'dockerode';
import { whenFree } from '../../container-engine/when-free.ts';
import { LABEL, ownedBy } from './labels.ts';

/** What stands on sandboxes' networks and belongs to none of them. */
interface Visitor {
  leave(network: Docker.Network): Promise<void>;
}

/** Removes everything of one sandbox; succeeds when nothing is there. */
export async function removeSandbox(
  docker: Docker,
  owner: string,
  id: string,
  visitors: readonly Visitor[],
): Promise<void> {
  const filters = ownedBy(owner, id);
  await removeContainers(docker, filters);
  const networks = await docker.listNetworks({ filters });
  await Promise.all([
    removeVolumes(docker, filters),
    ...networks.map(async ({ Id }) => {
      const network = docker.getNetwork(Id);
      await Promise.all(visitors.map((visitor) => visitor.leave(network)));
      await whenFree(() => network.remove());
    }),
  ]);
}

/** Removes everything of this owner: all sandboxes and what they share. */
export async function removeAll(docker: Docker, owner: string): Promise<void> {
  const filters = ownedBy(owner);
  await removeContainers(docker, filters);
  const networks = await docker.listNetworks({ filters });
  await Promise.all([
    removeVolumes(docker, filters),
    ...networks.map(({ Id }) => whenFree(() => docker.getNetwork(Id).remove())),
  ]);
}

/** Owners that have anything on this engine. */
export async function owners(docker: Docker): Promise<string[]> {
  const filters = { label: [LABEL.owner] };
  const [containers, networks, volumes] = await Promise.all([
    docker.listContainers({ all: true, filters }),
    docker.listNetworks({ filters }),
    docker.listVolumes({ filters: filters as never }),
  ]);
  const labels = [...containers, ...networks, ...(volumes.Volumes ?? [])].map((object) => object.Labels?.[LABEL.owner]);
  return [...new Set(labels.filter((owner): owner is string => owner !== undefined))];
}

async function removeContainers(docker: Docker, filters: { label: string[] }): Promise<void> {
  const containers = await docker.listContainers({ all: true, filters });
  // Shells first: they live in the network namespace of their engine.
  containers.sort((a, b) => order(a) - order(b));
  await Promise.all(
    containers.map(({ Id }) => whenFree(() => docker.getContainer(Id).remove({ force: true, v: true }))),
  );
}

const order = (container: Docker.ContainerInfo) => (container.Labels[LABEL.role] === 'shell' ? 0 : 1);

async function removeVolumes(docker: Docker, filters: { label: string[] }): Promise<void> {
  const { Volumes } = await docker.listVolumes({ filters: filters as never });
  await Promise.all((Volumes ?? []).map(({ Name }) => whenFree(() => docker.getVolume(Name).remove())));
}
