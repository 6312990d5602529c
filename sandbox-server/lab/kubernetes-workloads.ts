/** What a Pod is and how it is. */
export interface PodFacts {
  /** `pod web`, for verdicts. */
  subject: string;
  name: string;
  uid: string;
  labels: Record<string, string>;
  phase: 'Pending' | 'Running' | 'Succeeded' | 'Failed' | 'Unknown';
  /** As `kubectl get pods` says it: `Running`, `CrashLoopBackOff`, `ImagePullBackOff`, `Terminating`, … */
  status: string;
  /** All of its containers are ready: Services send to it. */
  ready: boolean;
  /** It is being deleted. */
  terminating: boolean;
  /** Of all its containers. */
  restarts: number;
  /** Empty until it is put on one. */
  node: string;
  ip: string;
  createdAt: Date;
  /** `{ kind: 'ReplicaSet', name: 'web-5d8…' }`; undefined when nothing will replace it. */
  owner: { kind: string; name: string } | undefined;
  restartPolicy: 'Always' | 'OnFailure' | 'Never';
  serviceAccount: string;
  /** Why it is on no node, in the scheduler's words; empty when it is on one. */
  unscheduled: string;
  containers: PodContainer[];
  /** By name; without one, the first. "Not yet" when there is no such container. */
  container: (name?: string) => PodContainer;
  initContainers: PodContainer[];
  volumes: PodVolume[];
  /** The last lines a container printed (default: 200 of the first). `previous`: before its last restart. */
  logs: (options?: { container?: string; lines?: number; previous?: boolean }) => Promise<string>;
}

/** A container as it was asked for. */
export interface ContainerSpec {
  name: string;
  image: string;
  command: string[];
  args: string[];
  /** Only values that stand there. */
  env: Record<string, string>;
  /** Where others come from: `{ DB_PASSWORD: 'secret db/password' }` */
  envFrom: Record<string, string>;
  ports: { name: string; port: number; protocol: string }[];
  mounts: { volume: string; path: string; readOnly: boolean }[];
  probes: { liveness?: ProbeFacts; readiness?: ProbeFacts; startup?: ProbeFacts };
  /** CPUs and bytes; 0 where nothing is said. */
  requests: Resources;
  limits: Resources;
}

export interface Resources {
  cpus: number;
  memoryBytes: number;
}

export interface ProbeFacts {
  kind: 'http' | 'tcp' | 'exec' | 'grpc';
  /** Of http. */
  path: string;
  /** Number or name; 0 for exec. */
  port: number | string;
  /** Of exec. */
  command: string[];
  initialDelaySeconds: number;
  periodSeconds: number;
  timeoutSeconds: number;
  failureThreshold: number;
}

/** A container of a pod, and how it is. */
export interface PodContainer extends ContainerSpec {
  /** With the digest of what really runs; empty until it was pulled. */
  imageId: string;
  state: 'waiting' | 'running' | 'terminated';
  /** Why it waits or ended: `CrashLoopBackOff`, `OOMKilled`, `Completed`; empty while it runs. */
  reason: string;
  ready: boolean;
  restarts: number;
  startedAt: Date | undefined;
  /** How it ended last; undefined when it never did. */
  lastExit: ExitFacts | undefined;
}

export interface ExitFacts {
  code: number;
  /** `Error`, `OOMKilled`, `Completed` */
  reason: string;
  finishedAt: Date;
}

export interface PodVolume {
  name: string;
  kind: 'configMap' | 'secret' | 'claim' | 'emptyDir' | 'other';
  /** Of the config map, secret or claim; empty for others. */
  source: string;
}

export interface DeploymentFacts {
  /** `Deployment web`, for verdicts. */
  subject: string;
  name: string;
  labels: Record<string, string>;
  /** As many as it shall have. */
  replicas: number;
  /** Of all its pods, of all revisions. */
  ready: number;
  available: number;
  /** Pods of the newest revision. */
  updated: number;
  /** The newest, counted by the cluster from 1. */
  revision: number;
  paused: boolean;
  /** `maxSurge`, `maxUnavailable`: numbers or percents, as they were given or filled in. */
  strategy: { type: 'RollingUpdate' | 'Recreate'; maxSurge: number | string; maxUnavailable: number | string };
  /** Old ReplicaSets that are kept for going back. */
  historyLimit: number;
  selector: Record<string, string>;
  /** Labels that its pods get. */
  podLabels: Record<string, string>;
  /** As its pods get them. */
  containers: ContainerSpec[];
  /** By name; without one, the first. "Not yet" when there is no such container. */
  container: (name?: string) => ContainerSpec;
  /** All its pods are of the newest revision and available, and there are no others. */
  rolledOut: boolean;
  /** The newest revision did not become available in time, in the cluster's words; empty otherwise. */
  stuck: string;
  /** One for each revision that is kept, the oldest first. */
  replicaSets: () => Promise<ReplicaSetFacts[]>;
  /** Of all its revisions. */
  pods: () => Promise<PodFacts[]>;
  /**
   * How its ReplicaSets were scaled, oldest first, as far as the cluster remembers: an hour, and nine changes. Those that follow the
   * ninth within ten minutes it combines into one event, of which nothing is told here.
   */
  scalings: () => Promise<Scaling[]>;
}

export interface Scaling {
  replicaSet: string;
  from: number;
  to: number;
  at: Date;
}

export interface ReplicaSetFacts {
  /** `ReplicaSet web-5d8…`, for verdicts. */
  subject: string;
  name: string;
  /** 0 for one that no Deployment owns. */
  revision: number;
  owner: { kind: string; name: string } | undefined;
  /** As many as it shall have. */
  replicas: number;
  /** As many as there are. */
  pods: number;
  ready: number;
  labels: Record<string, string>;
  images: string[];
  /** Why this revision was made, as `kubectl rollout history` says it; empty when nobody said. */
  changeCause: string;
  createdAt: Date;
}
