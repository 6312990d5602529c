import type { ClusterObjects } from './kubernetes/cluster-objects.ts';

/** Tells what changes in a session's part of its cluster, and in what belongs to all. Watches cost the cluster the same for one session and for all. */
export interface KubernetesWatcher {
  /** Until disposed of. `onChange`: something changed, or may have while nobody watched. */
  watch(onChange: () => void): ClusterView;
}

export interface ClusterView extends Disposable {
  /** As of the last change; undefined until all kinds are known, and after the end. */
  readonly objects: ClusterObjects | undefined;
}
