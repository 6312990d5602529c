import type Docker from 'dockerode';
import { whenFree } from '../../container-engine/when-free.ts';
import type { clusterFilters } from './labels.ts';

/** Removes the nodes and networks that these filters find. Whatever is gone already is no error. */
export async function removeCluster(docker: Docker, filters: ReturnType<typeof clusterFilters>): Promise<void> {
  const nodes = await docker.listContainers({ all: true, filters });
  await Promise.all(nodes.map(({ Id }) => whenFree(() => docker.getContainer(Id).remove({ force: true, v: true }))));
  const networks = await docker.listNetworks({ filters });
  await Promise.all(networks.map(({ Id }) => removeNetwork(docker.getNetwork(Id))));
}

async function removeNetwork(network: Docker.Network): Promise<void> {
  await whenFree(async () => {
    // Whoever else was given a way to the nodes.
    const { Containers } = (await network.inspect()) as { Containers?: Record<string, unknown> };
    for (const container of Object.keys(Containers ?? {}))
      await whenFree(() => network.disconnect({ Container: container, Force: true }));
    await network.remove();
  });
}
