import { z } from 'zod';
import type { Clock } from '../../clock.ts';
import type { KubernetesReader } from '../kubernetes-reader.ts';
import * as schemas from './schemas.ts';
import { watchObjects } from './watch-objects.ts';

export interface ClusterWatchOptions {
  cluster: KubernetesReader;
  clock: Clock;
  /** Something in the session's part of the cluster changed, or may have while nobody watched. */
  onChange: () => void;
  /** A watch broke; it is tried again. */
  onLost: (error: unknown) => void;
}

/** What the live view draws. */
export interface ClusterObjects {
  nodes: ReadonlyMap<string, schemas.Node>;
  pods: ReadonlyMap<string, schemas.Pod>;
  deployments: ReadonlyMap<string, schemas.Deployment>;
  replicaSets: ReadonlyMap<string, schemas.ReplicaSet>;
  services: ReadonlyMap<string, schemas.Service>;
  slices: ReadonlyMap<string, schemas.EndpointSlice>;
}

/** What only sets checks off. */
const OTHERS: readonly (readonly [api: string, plural: string])[] = [
  ['/api/v1', 'configmaps'],
  ['/api/v1', 'secrets'],
  ['/api/v1', 'persistentvolumeclaims'],
  ['/apis/networking.k8s.io/v1', 'networkpolicies'],
  ['/apis/rbac.authorization.k8s.io/v1', 'roles'],
  ['/apis/rbac.authorization.k8s.io/v1', 'rolebindings'],
];

/** Knows a session's part of a cluster from watches, while it is on; the objects of each kind are as of their last change. */
export class ClusterWatch implements Disposable {
  readonly #options: ClusterWatchOptions;
  #watching: AbortController | undefined;
  #objects: Partial<ClusterObjects> = {};

  constructor(options: ClusterWatchOptions) {
    this.#options = options;
  }

  /** Undefined until all kinds are known. */
  get objects(): ClusterObjects | undefined {
    const { nodes, pods, deployments, replicaSets, services, slices } = this.#objects;
    if (!nodes || !pods || !deployments || !replicaSets || !services || !slices) return undefined;
    return { nodes, pods, deployments, replicaSets, services, slices };
  }

  setOn(on: boolean): void {
    if (on === (this.#watching !== undefined)) return;
    if (on) this.#start();
    else this.#stop();
  }

  /** Safe to call twice. */
  [Symbol.dispose](): void {
    this.#stop();
  }

  #start(): void {
    const { signal } = (this.#watching = new AbortController());
    const within = `namespaces/${this.#options.cluster.namespace}`;
    const follow = <T extends { metadata: schemas.Metadata }>(
      path: string,
      schema: z.ZodType<T>,
      keep: (objects: ReadonlyMap<string, T>) => void,
    ) => this.#follow(path, schema, keep, signal);
    const objects: Partial<ClusterObjects> = (this.#objects = {});
    follow('/api/v1/nodes', schemas.node, (all) => (objects.nodes = all));
    follow(`/api/v1/${within}/pods`, schemas.pod, (all) => (objects.pods = all));
    follow(`/api/v1/${within}/services`, schemas.service, (all) => (objects.services = all));
    follow(`/apis/apps/v1/${within}/deployments`, schemas.deployment, (all) => (objects.deployments = all));
    follow(`/apis/apps/v1/${within}/replicasets`, schemas.replicaSet, (all) => (objects.replicaSets = all));
    const slices = `/apis/discovery.k8s.io/v1/${within}/endpointslices`;
    follow(slices, schemas.endpointSlice, (all) => (objects.slices = all));
    for (const [api, plural] of OTHERS)
      follow(`${api}/${within}/${plural}`, z.object({ metadata: schemas.metadata }), () => undefined);
  }

  #follow<T extends { metadata: schemas.Metadata }>(
    path: string,
    schema: z.ZodType<T>,
    keep: (objects: ReadonlyMap<string, T>) => void,
    signal: AbortSignal,
  ): void {
    const { cluster, clock, onChange, onLost } = this.#options;
    const onObjects = (objects: ReadonlyMap<string, T>) => {
      keep(objects);
      onChange();
    };
    void watchObjects({ cluster, path, schema, clock, signal, onObjects, onLost });
  }

  #stop(): void {
    this.#watching?.abort();
    this.#watching = undefined;
    this.#objects = {};
  }
}
