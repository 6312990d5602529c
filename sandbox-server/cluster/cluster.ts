import type { SandboxRef } from '../backend/backend.ts';
import type { KubernetesReader } from '../grader/kubernetes-reader.ts';
import type { KubernetesWatcher } from '../grader/kubernetes-watcher.ts';

/** Leads to the clusters that sandboxes have a part of. */
export interface SandboxClusters {
  /** The sandbox's part, read with the platform's own credentials; undefined where it has none. */
  reader(sandbox: SandboxRef): KubernetesReader | undefined;
  /** What changes in it; undefined where it has none. */
  watcher(sandbox: SandboxRef): KubernetesWatcher | undefined;
}

/** Makes clusters. One contract suite (test/contract) runs against every implementation. */
export interface Clusters {
  /** Makes one and resolves when its nodes are Ready and names, volumes and metrics work, unless it is wanted `early`; on failure, and when it is aborted, nothing of it is left. */
  create(spec: ClusterSpec, options?: CreateClusterOptions): Promise<ClusterRef>;
  /** All that were made whole and are there still, running or not: what a server takes up again when it starts. */
  list(): Promise<ClusterRef[]>;
  /** Ids of those that are being made, and of those that a server which was killed never finished. */
  unfinished(): Promise<string[]>;
  /** How it is just now. */
  stat(id: string): Promise<ClusterStatus>;
  /** Starts nodes that are stopped; resolves when all are Ready, new namespaces become usable, and names, volumes and metrics work. Rejects with `cluster-lost` when a part is missing. */
  revive(id: string, options?: { signal?: AbortSignal }): Promise<void>;
  /** Pulls the plug of a node, or gives it power again, whatever runs on it. Nothing happens to the control plane, or to a node that is not there. */
  setPower(id: string, node: string, power: 'on' | 'off'): Promise<void>;
  /** What its API server takes from whoever may do everything in it. Rejects with `cluster-lost` when there is none. */
  access(id: string): Promise<ClusterAccess>;
  /** Where containers on the same engine reach its API server. Rejects with `cluster-lost` when there is none. */
  endpoint(id: string): Promise<ClusterEndpoint>;
  /** Removes everything of it. Succeeds when nothing is there. */
  destroy(id: string): Promise<void>;
  /** At start: removes all that is ours and not among these, and what is left of one that was never finished. */
  reconcile(keep: readonly string[]): Promise<void>;
}

export interface ClusterSpec {
  /** Lower-case letters and digits, 4 to 20; appears in the names of nodes. */
  id: string;
  /** 1 to 3, the control plane among them. */
  nodes: number;
  /** Tells within half a minute that a node is gone, and moves its pods 10 s later; else as Kubernetes does unasked, in some minutes. Default false. */
  quickToNotice?: boolean;
}

export interface CreateClusterOptions {
  signal?: AbortSignal;
  /** Resolve as soon as its nodes are Ready and its API answers; names, volumes and metrics come within half a minute. Default false. */
  early?: boolean;
  /** A step begins. */
  onStep?: (step: string) => void;
}

export interface ClusterRef {
  id: string;
  nodes: number;
}

export interface ClusterStatus {
  /** `degraded`: a node is stopped, or the API server does not answer. */
  state: 'running' | 'degraded' | 'gone';
  /** Names of nodes that are not running. */
  down: string[];
  /** Its API server is ready. */
  answers: boolean;
}

export interface ClusterEndpoint {
  /** Name of a network of the engine. */
  network: string;
  /** A name on it. */
  host: string;
  port: number;
}

export interface ClusterAccess {
  /** `https://127.0.0.1:41234`, as this server reaches it. */
  server: string;
  /** PEM. */
  authority: string;
  certificate: string;
  key: string;
}
