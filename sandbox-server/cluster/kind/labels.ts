import { createHash } from 'node:crypto';

/** Labels of everything of our clusters on an engine, beside those that kind sets. */
export const CLUSTER_LABEL = {
  /** Which server made it. Not the label of sandboxes: what removes those leaves clusters alone, and the other way round. */
  owner: 'drydock.cluster-owner',
  /** Cluster id. */
  cluster: 'drydock.cluster',
} as const;

/**
 * kind's name for a cluster, and that of its network, which nobody else is on: unique for each server on the engine. Nodes are
 * `NAME-control-plane`, `NAME-worker`…
 */
export function clusterName(owner: string, id: string): string {
  return `drydock-${createHash('sha256').update(owner).digest('hex').slice(0, 6)}-k8s-${id}`;
}

export function clusterLabels(owner: string, id: string): Record<string, string> {
  return { [CLUSTER_LABEL.owner]: owner, [CLUSTER_LABEL.cluster]: id };
}

export function clusterFilters(owner: string, id?: string): { label: string[] } {
  const label = [`${CLUSTER_LABEL.owner}=${owner}`];
  return { label: id === undefined ? label : [...label, `${CLUSTER_LABEL.cluster}=${id}`] };
}
