import type { ClusterSessions } from './sessions/cluster-sessions.ts';

/** Where sandboxes get their cluster, or their part of one. */
export interface ClusterSource {
  /** The cluster for this sandbox, made where there is none yet. */
  obtain(sandbox: ClusterWish, waiting?: Waiting): Promise<ClusterSessions>;
  /** The same for one that has its part from before. Rejects with `cluster-lost` when that is gone. */
  revive(id: string, waiting?: Waiting): Promise<ClusterSessions>;
  /** The cluster of this sandbox, while it is in use. */
  now(id: string): ClusterSessions | undefined;
  /** Sandboxes that have anything here, working or not. */
  list(): Promise<string[]>;
  /** Of these sandboxes, those whose part works. */
  working(ids: readonly string[]): Promise<Set<string>>;
  /** Removes all that a sandbox has here. Succeeds when there is nothing. */
  close(id: string): Promise<void>;
  /** The engine was away: looks what became of it. */
  look(): void;
}

export interface ClusterWish {
  /** The sandbox. */
  id: string;
  /** Of a cluster of its own. Default 1. */
  nodes?: number;
}

export interface Waiting {
  signal?: AbortSignal | undefined;
  onStep?: ((step: string) => void) | undefined;
}
