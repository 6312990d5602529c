/** The Kubernetes clusters that a lab can ask for. */
export const CLUSTERS = ['shared', 'dedicated'] as const;

export type ClusterKind = (typeof CLUSTERS)[number];

/** Of a dedicated cluster, the control plane among them: what a small machine can carry. */
export const MOST_NODES = 3;
