import type Docker from 'dockerode';
import { API_SERVER } from './backend/docker/cluster-gateway.ts';
import type { DockerBackend } from './backend/docker/docker-backend.ts';
import { PRIVILEGED_RUNTIME } from './backend/docker/tier.ts';
import { systemClock } from './clock.ts';
import { KindClusters } from './cluster/kind/kind-clusters.ts';
import { BackendWithCluster } from './cluster/shared/backend-with-cluster.ts';
import { SharedCluster } from './cluster/shared/shared-cluster.ts';
import type { Log } from './log.ts';
import type { ClusterMaterials } from './setup/kubernetes/cluster-materials.ts';

/** Puts together sandboxes of Docker with a shared cluster of kind: a part of the composition root. */
export function withCluster(options: {
  docker: Docker;
  owner: string;
  machines: DockerBackend;
  materials: ClusterMaterials;
  log: Log;
}): { backend: BackendWithCluster; cluster: SharedCluster } {
  const { docker, owner, machines, materials, log } = options;
  const clusters = new KindClusters({
    ...{ docker, owner, ...materials },
    runtime: PRIVILEGED_RUNTIME,
    availableMemory: async () => (await machines.room()).memory.availableBytes,
  });
  const join = machines.joinCluster.bind(machines);
  const cluster = new SharedCluster({ clusters, join, clock: systemClock, log });
  const backend = new BackendWithCluster({
    ...{ backend: machines, cluster, log },
    clock: systemClock,
    server: API_SERVER,
  });
  return { backend, cluster };
}
