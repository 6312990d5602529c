/** The sandbox as a picture: what the live view draws. A whole snapshot each time; it is small. */
export interface LiveView {
  machine: string;
  images: LiveImage[];
  containers: LiveContainer[];
  networks: LiveNetwork[];
  volumes: LiveVolume[];
  /** Only where the lab has a cluster. */
  cluster?: LiveCluster;
}

export interface LiveImage {
  /** `sha256:…` */
  id: string;
  /** `shop:1`; empty for an untagged image. */
  tags: string[];
  size: number;
  createdAt: number;
  /** From the bottom up. Two images share a layer when the diffIds are equal and so are all below it. */
  layers: LiveLayer[];
}

export interface LiveLayer {
  /** `sha256:…` of the layer's uncompressed archive; null for a step that changed no files. */
  diffId: string | null;
  /** The instruction, shortened: `COPY . .` */
  instruction: string;
  size: number;
}

export interface LiveContainer {
  id: string;
  name: string;
  image: string;
  imageId: string;
  state: 'created' | 'running' | 'paused' | 'restarting' | 'removing' | 'exited' | 'dead';
  /** `Up 4 seconds`, `Exited (0) 2 minutes ago` */
  status: string;
  exitCode?: number;
  ports: { host?: number; container: number; protocol: string }[];
  networks: string[];
  volumes: string[];
}

export interface LiveNetwork {
  id: string;
  name: string;
  driver: string;
  subnet?: string;
}

export interface LiveVolume {
  name: string;
  driver: string;
}

/** The session's part of a cluster. Lists are in the order of names, a Deployment's revisions in the order of time. */
export interface LiveCluster {
  nodes: LiveNode[];
  pods: LivePod[];
  deployments: LiveDeployment[];
  services: LiveService[];
}

export interface LiveNode {
  name: string;
  ready: boolean;
  /** Takes no new pods. */
  cordoned: boolean;
}

export interface LivePod {
  id: string;
  name: string;
  /** Of its first container. */
  image: string;
  /** As `kubectl get pods` says it. */
  status: string;
  /** Why it does not run, in the cluster's own words; empty when it does, or when nobody has said. */
  why: string;
  ready: boolean;
  restarts: number;
  /** Empty until it is put on one. */
  node: string;
}

export interface LiveDeployment {
  name: string;
  /** As many pods as it shall have, and how many are ready. */
  replicas: number;
  ready: number;
  /** Those that have or shall have pods, and the newest in any case. */
  revisions: LiveRevision[];
}

export interface LiveRevision {
  revision: number;
  /** Of its ReplicaSet. */
  name: string;
  image: string;
  replicas: number;
  ready: number;
}

export interface LiveService {
  name: string;
  type: string;
  /** `app=web`; empty for one that selects nothing. */
  selects: string;
  /** Pods that get what is sent to it, and those that it selects and that are not ready. */
  sendsTo: string[];
  waitsFor: string[];
}
