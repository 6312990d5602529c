import Docker from 'dockerode';
import { inject } from 'vitest';
import { temporaryOwner } from '../../sandbox-server/backend/docker/temporary-owner.ts';
import { KindClusters, type KindClustersOptions } from '../../sandbox-server/cluster/kind/kind-clusters.ts';
import { clusterFilters } from '../../sandbox-server/cluster/kind/labels.ts';
import { PRIVILEGED_RUNTIME } from '../../sandbox-server/backend/docker/tier.ts';
import { host } from '../../scripts/options.ts';

const PLENTY_BYTES = 8 * 1024 ** 3;

/** Clusters on the real engine with an owner of their own; all are removed when disposed. */
export function realClusters(more: Partial<KindClustersOptions> = {}) {
  const docker = new Docker(inject('dockerodeOptions'));
  const options: KindClustersOptions = {
    docker,
    program: {
      kind: inject('kind'),
      docker: inject('dockerClient'),
      env: { ...host.env, DOCKER_HOST: inject('dockerHost') },
    },
    owner: temporaryOwner(),
    image: inject('nodeImage'),
    runtime: PRIVILEGED_RUNTIME,
    availableMemory: () => Promise.resolve(PLENTY_BYTES),
    ...more,
  };
  const clusters = new KindClusters(options);
  return { clusters, docker, options, [Symbol.asyncDispose]: () => clusters.reconcile([]) };
}

/** Names of everything of an owner's clusters, or of one of them, that is on the engine. */
export async function clusterLeftovers(docker: Docker, owner: string, id?: string): Promise<string[]> {
  const filters = clusterFilters(owner, id);
  const [containers, networks] = await Promise.all([
    docker.listContainers({ all: true, filters }),
    docker.listNetworks({ filters }),
  ]);
  return [
    ...containers.map(({ Names, State }) => `container ${Names[0]} ${State}`),
    ...networks.map(({ Name }) => `network ${Name}`),
  ];
}
