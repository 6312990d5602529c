import type { DeploymentFacts, PodFacts, ReplicaSetFacts } from './kubernetes-workloads.ts';

/**
 * A lab's part of a cluster as a check sees it: the session's namespace, and the nodes. A getter for one object throws "not
 * yet" when the object does not exist, in words that name it and list what is there instead; the list functions never do.
 * Lists are in the order of names unless they say otherwise.
 */
export interface KubernetesChecks {
  namespace: string;
  pod: (name: string) => Promise<PodFacts>;
  hasPod: (name: string) => Promise<boolean>;
  /** Also those that are being deleted. `labels`: only those that have all of these. */
  pods: (labels?: Record<string, string>) => Promise<PodFacts[]>;
  deployment: (name: string) => Promise<DeploymentFacts>;
  hasDeployment: (name: string) => Promise<boolean>;
  deployments: () => Promise<DeploymentFacts[]>;
  /** Whoever owns them. */
  replicaSets: () => Promise<ReplicaSetFacts[]>;
  service: (name: string) => Promise<ServiceFacts>;
  hasService: (name: string) => Promise<boolean>;
  services: () => Promise<ServiceFacts[]>;
  configMap: (name: string) => Promise<ConfigMapFacts>;
  secret: (name: string) => Promise<SecretFacts>;
  claim: (name: string) => Promise<ClaimFacts>;
  claims: () => Promise<ClaimFacts[]>;
  networkPolicy: (name: string) => Promise<NetworkPolicyFacts>;
  /** Without the platform's own. */
  networkPolicies: () => Promise<NetworkPolicyFacts[]>;
  disruptionBudget: (name: string) => Promise<DisruptionBudgetFacts>;
  /** May this account of the namespace do that? */
  canI: (serviceAccount: string, action: Action) => Promise<boolean>;
  node: (name: string) => Promise<NodeFacts>;
  nodes: () => Promise<NodeFacts[]>;
  /** Oldest first. `about`: only those about one object: `Pod web`. */
  events: (about?: string) => Promise<EventFacts[]>;
}

export interface ServiceFacts {
  /** `Service web`, for verdicts. */
  subject: string;
  name: string;
  type: 'ClusterIP' | 'NodePort' | 'LoadBalancer' | 'ExternalName';
  /** `None` for a headless one; empty while it has none. */
  clusterIp: string;
  /** As every pod of the cluster may call it: `web.lab-x.svc.cluster.local`. */
  dnsName: string;
  labels: Record<string, string>;
  selector: Record<string, string>;
  ports: { name: string; port: number; targetPort: number | string; nodePort: number; protocol: string }[];
  /** The pods that it leads to, ready or not. */
  endpoints: () => Promise<EndpointFacts[]>;
  /** Asks one of its ready pods for a page, chosen by the API server; 503 when there is none. Default port: its first. */
  ask: (path: string, options?: { port?: number }) => Promise<{ status: number; body: string }>;
}

export interface EndpointFacts {
  ip: string;
  ports: number[];
  /** Gets what is sent to the Service. */
  ready: boolean;
  /** The pod's name; empty when it is no pod. */
  pod: string;
  node: string;
}

export interface ConfigMapFacts {
  subject: string;
  name: string;
  data: Record<string, string>;
}

export interface SecretFacts {
  subject: string;
  name: string;
  /** `Opaque`, `kubernetes.io/tls`, … */
  type: string;
  keys: string[];
  /** Decoded; "not yet" when there is no such key. */
  value: (key: string) => string;
}

export interface ClaimFacts {
  /** `PersistentVolumeClaim data`, for verdicts. */
  subject: string;
  name: string;
  uid: string;
  phase: 'Pending' | 'Bound' | 'Lost';
  storageClass: string;
  accessModes: string[];
  requestedBytes: number;
  /** Of the volume it is bound to; undefined while it is not. */
  volume: () => Promise<VolumeOfClaim | undefined>;
}

export interface VolumeOfClaim {
  name: string;
  capacityBytes: number;
  reclaimPolicy: string;
  phase: string;
}

export interface NetworkPolicyFacts {
  subject: string;
  name: string;
  podSelector: Record<string, string>;
  types: string[];
  /** Undefined where the policy does not say; an empty list lets nothing through. */
  ingress: PolicyRule[] | undefined;
  egress: PolicyRule[] | undefined;
}

export interface PolicyRule {
  /** Empty means everybody. */
  peers: { pods?: Record<string, string>; namespaces?: Record<string, string>; cidr?: string }[];
  /** Empty means all. */
  ports: { protocol: string; port: number | string }[];
}

export interface DisruptionBudgetFacts {
  /** `PodDisruptionBudget web`, for verdicts. */
  subject: string;
  name: string;
  /** As many as it is about. */
  pods: number;
  /** As many of these as are ready. */
  healthy: number;
  /** As many as may be taken away on purpose just now. */
  allowed: number;
}

export interface Action {
  /** `get`, `list`, `create`, `delete`, … */
  verb: string;
  /** `pods`, `pods/log`, `deployments.apps` */
  resource: string;
  /** Of one object; default all of them. */
  name?: string;
}

export interface NodeFacts {
  subject: string;
  name: string;
  ready: boolean;
  /** No new pods are put on it. */
  cordoned: boolean;
  roles: string[];
  version: string;
  labels: Record<string, string>;
  taints: string[];
}

export interface EventFacts {
  /** `Normal` or `Warning`. */
  type: string;
  /** `Scheduled`, `Unhealthy`, `BackOff`, … */
  reason: string;
  message: string;
  /** `Pod web` */
  about: string;
  /** How often it was seen. */
  count: number;
  at: Date;
}
