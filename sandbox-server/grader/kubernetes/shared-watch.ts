import type { z } from 'zod';
import type { Clock } from '../../clock.ts';
import type { ClusterView } from '../kubernetes-watcher.ts';
import type { ClusterObjects } from './cluster-objects.ts';
import { type ApiServer, KindWatch } from './kind-watch.ts';
import * as schemas from './schemas.ts';

export interface SharedWatchOptions {
  /** The cluster of just now; another one when it was started again. Throws while there is none. */
  source: () => ApiServer;
  /** Is it a session's? */
  isSession: (namespace: string) => boolean;
  clock: Clock;
  /** A watch broke; it is tried again. */
  onLost: (error: unknown) => void;
}

interface Listener {
  namespace: string;
  onChange: () => void;
}

interface Kinds {
  nodes: KindWatch<schemas.Node>;
  pods: KindWatch<schemas.Pod>;
  deployments: KindWatch<schemas.Deployment>;
  replicaSets: KindWatch<schemas.ReplicaSet>;
  services: KindWatch<schemas.Service>;
  slices: KindWatch<schemas.EndpointSlice>;
  warnings: KindWatch<schemas.Event>;
}

/** What only sets checks off. */
const OTHERS = [
  '/api/v1/configmaps',
  '/api/v1/secrets',
  '/api/v1/persistentvolumeclaims',
  '/apis/networking.k8s.io/v1/networkpolicies',
  '/apis/rbac.authorization.k8s.io/v1/roles',
  '/apis/rbac.authorization.k8s.io/v1/rolebindings',
];
/** Of what belongs to no namespace. */
const CLUSTER = '';

/** The watches of one cluster, one for each kind of object, for all sessions that are looked at. They begin with the first of these and end with the last. */
export class SharedWatch {
  readonly #options: SharedWatchOptions;
  readonly #listeners = new Set<Listener>();
  #watching: { abort: AbortController; kinds: Kinds } | undefined;

  constructor(options: SharedWatchOptions) {
    this.#options = options;
  }

  /** Tells of changes in this namespace, and of nodes; of no other namespace. */
  join(namespace: string, onChange: () => void): ClusterView {
    const listener = { namespace, onChange };
    this.#listeners.add(listener);
    this.#watching ??= this.#start();
    const objects = () => (this.#listeners.has(listener) ? this.#objects(namespace) : undefined);
    // What others made known already changes no more.
    queueMicrotask(() => objects() && onChange());
    return {
      get objects() {
        return objects();
      },
      [Symbol.dispose]: () => {
        this.#listeners.delete(listener);
        if (this.#listeners.size === 0) this.#stop();
      },
    };
  }

  #objects(namespace: string): ClusterObjects | undefined {
    if (this.#watching === undefined) return undefined;
    const { kinds } = this.#watching;
    const nodes = kinds.nodes.of(CLUSTER);
    const pods = kinds.pods.of(namespace);
    const deployments = kinds.deployments.of(namespace);
    const replicaSets = kinds.replicaSets.of(namespace);
    const services = kinds.services.of(namespace);
    const slices = kinds.slices.of(namespace);
    const warnings = kinds.warnings.of(namespace);
    if (!nodes || !pods || !deployments || !replicaSets || !services || !slices || !warnings) return undefined;
    return { nodes, pods, deployments, replicaSets, services, slices, warnings };
  }

  #start(): { abort: AbortController; kinds: Kinds } {
    const { source, isSession, clock, onLost } = this.#options;
    const abort = new AbortController();
    const isOurs = (namespace: string) => namespace === CLUSTER || isSession(namespace);
    const onChange = (namespace: string | undefined) => {
      if (!abort.signal.aborted) this.#tell(namespace);
    };
    const follow = <T extends { metadata: schemas.Metadata }>(
      path: string,
      schema?: z.ZodType<T>,
      more: { fieldSelector?: string } = {},
    ) => {
      const kind = new KindWatch({ path, ...(schema && { schema }), ...more, source, isOurs, clock, onChange, onLost });
      void kind.follow(abort.signal);
      return kind;
    };
    for (const path of OTHERS) follow(path);
    const kinds = {
      nodes: follow('/api/v1/nodes', schemas.node),
      pods: follow('/api/v1/pods', schemas.pod),
      services: follow('/api/v1/services', schemas.service),
      deployments: follow('/apis/apps/v1/deployments', schemas.deployment),
      replicaSets: follow('/apis/apps/v1/replicasets', schemas.replicaSet),
      slices: follow('/apis/discovery.k8s.io/v1/endpointslices', schemas.endpointSlice),
      warnings: follow('/api/v1/events', schemas.event, { fieldSelector: 'type=Warning,involvedObject.kind=Pod' }),
    };
    return { abort, kinds };
  }

  #tell(namespace: string | undefined): void {
    const isOfAll = namespace === undefined || namespace === CLUSTER;
    for (const listener of this.#listeners) if (isOfAll || listener.namespace === namespace) listener.onChange();
  }

  #stop(): void {
    this.#watching?.abort.abort();
    this.#watching = undefined;
  }
}
