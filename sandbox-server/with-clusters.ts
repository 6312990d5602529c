import type Docker from 'dockerode';
import { API_SERVER } from './backend/docker/cluster-gateway.ts';
import type { DockerBackend } from './backend/docker/docker-backend.ts';
import { PRIVILEGED_RUNTIME } from './backend/docker/tier.ts';
import { systemClock } from './clock.ts';
import { BackendWithClusters } from './cluster/backend-with-clusters.ts';
import type { Clusters } from './cluster/cluster.ts';
import { DedicatedClusters } from './cluster/dedicated/dedicated-clusters.ts';
import { KindClusters } from './cluster/kind/kind-clusters.ts';
import { isNamespaceOfSession } from './cluster/sessions/learner-namespace.ts';
import { SHARED_CLUSTER, SharedCluster } from './cluster/shared/shared-cluster.ts';
import { SharedWatch } from './grader/kubernetes/shared-watch.ts';
import type { Log } from './log.ts';
import type { ClusterMaterials } from './setup/kubernetes/cluster-materials.ts';

/** Sandboxes of Docker, and the clusters that they have a part of. */
export class WithClusters {
  readonly backend: BackendWithClusters;
  readonly shared: SharedCluster;
  readonly #dedicated: DedicatedClusters;
  readonly #clusters: Clusters;

  constructor(options: {
    docker: Docker;
    owner: string;
    machines: DockerBackend;
    materials: ClusterMaterials;
    log: Log;
    /** As of DedicatedClusters. */
    reuse?: boolean;
    atMost?: number;
  }) {
    const { docker, owner, machines, materials, log, reuse = false, atMost = Infinity } = options;
    const clusters = new KindClusters({
      ...{ docker, owner, ...materials },
      runtime: PRIVILEGED_RUNTIME,
      availableMemory: async () => (await machines.room()).memory.availableBytes,
    });
    const join = machines.joinCluster.bind(machines);
    const common = { clusters, clock: systemClock, log };
    const isOther = (id: string) => id === SHARED_CLUSTER;
    this.#clusters = clusters;
    this.shared = new SharedCluster({ ...common, join: (endpoint) => join(endpoint) });
    this.#dedicated = new DedicatedClusters({ ...common, join, isOther, reuse, atMost });
    this.backend = new BackendWithClusters({
      ...{ backend: machines, log },
      sources: { shared: this.shared, dedicated: this.#dedicated },
      watch: (source) =>
        new SharedWatch({
          source,
          isSession: isNamespaceOfSession,
          clock: systemClock,
          onLost: (error) => log.debug({ err: error }, 'a watch of a cluster broke'),
        }),
      clock: systemClock,
      server: API_SERVER,
    });
  }

  /** Takes up what runs from the server before; what was never finished goes. */
  async takeUp(): Promise<void> {
    await this.#clusters.reconcile((await this.#clusters.list()).map(({ id }) => id));
    await Promise.all([this.shared.takeUp(), this.#dedicated.takeUp()]);
  }

  /** Ends what is under way. The clusters stay, for the next server. */
  async release(): Promise<void> {
    this.#dedicated.release();
    await this.shared.release();
  }

  /** Removes all clusters with all that is in them. */
  async remove(): Promise<void> {
    await this.release();
    await this.#clusters.reconcile([]);
  }
}
