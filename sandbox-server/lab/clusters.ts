/** The Kubernetes clusters that a lab can ask for. */
export const CLUSTERS = ['shared'] as const;

export type ClusterKind = (typeof CLUSTERS)[number];
