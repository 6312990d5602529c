import type * as schemas from './schemas.ts';

/** What the live view draws of a session's part of a cluster, by name. */
export interface ClusterObjects {
  nodes: ReadonlyMap<string, schemas.Node>;
  pods: ReadonlyMap<string, schemas.Pod>;
  deployments: ReadonlyMap<string, schemas.Deployment>;
  replicaSets: ReadonlyMap<string, schemas.ReplicaSet>;
  services: ReadonlyMap<string, schemas.Service>;
  slices: ReadonlyMap<string, schemas.EndpointSlice>;
  /** Events about pods that are warnings. */
  warnings: ReadonlyMap<string, schemas.Event>;
}
