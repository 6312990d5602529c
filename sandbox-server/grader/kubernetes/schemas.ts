import { z } from 'zod';
import { flag, list, number, text, textMap, texts } from '../go-json.ts';

/* Objects of Kubernetes (https://kubernetes.io/docs/reference/kubernetes-api/), as far as they are used. */
const numberOrText = z
  .union([z.number(), z.string()])
  .nullish()
  .transform((value) => value ?? 0);
const time = z
  .string()
  .nullish()
  .transform((value) => (value ? new Date(value) : undefined));

export const metadata = z.object({
  name: z.string(),
  namespace: text,
  uid: text,
  resourceVersion: text,
  labels: textMap,
  annotations: textMap,
  generation: number,
  creationTimestamp: time,
  deletionTimestamp: time,
  ownerReferences: list(z.object({ kind: z.string(), name: z.string(), controller: flag })),
});
export type Metadata = z.infer<typeof metadata>;

const probe = z
  .object({
    httpGet: z.object({ path: text, port: numberOrText }).nullish(),
    tcpSocket: z.object({ port: numberOrText }).nullish(),
    grpc: z.object({ port: numberOrText }).nullish(),
    exec: z.object({ command: texts }).nullish(),
    initialDelaySeconds: number,
    periodSeconds: number,
    timeoutSeconds: number,
    failureThreshold: number,
  })
  .nullish();
export type Probe = z.infer<typeof probe>;

const keyOf = z.object({ name: text, key: text }).nullish();
const container = z.object({
  name: z.string(),
  image: text,
  command: texts,
  args: texts,
  env: list(
    z.object({
      name: z.string(),
      value: z.string().nullish(),
      valueFrom: z
        .object({
          configMapKeyRef: keyOf,
          secretKeyRef: keyOf,
          fieldRef: z.object({ fieldPath: text }).nullish(),
        })
        .nullish(),
    }),
  ),
  ports: list(z.object({ name: text, containerPort: z.number(), protocol: text })),
  volumeMounts: list(z.object({ name: z.string(), mountPath: text, readOnly: flag })),
  livenessProbe: probe,
  readinessProbe: probe,
  startupProbe: probe,
  resources: z.object({ requests: textMap, limits: textMap }).nullish(),
});
export type Container = z.infer<typeof container>;

const ended = z.object({ exitCode: number, signal: number, reason: text, startedAt: time, finishedAt: time }).nullish();
const containerState = z
  .object({
    waiting: z.object({ reason: text, message: text }).nullish(),
    running: z.object({ startedAt: time }).nullish(),
    terminated: ended,
  })
  .nullish();
const containerStatus = z.object({
  name: z.string(),
  imageID: text,
  ready: flag,
  restartCount: number,
  state: containerState,
  lastState: containerState,
});
export type ContainerStatus = z.infer<typeof containerStatus>;

const podSpec = z.object({
  containers: list(container),
  initContainers: list(container),
  nodeName: text,
  restartPolicy: text,
  serviceAccountName: text,
  volumes: list(
    z.object({
      name: z.string(),
      configMap: z.object({ name: text }).nullish(),
      secret: z.object({ secretName: text }).nullish(),
      persistentVolumeClaim: z.object({ claimName: text }).nullish(),
      emptyDir: z.object({}).nullish(),
    }),
  ),
});
const condition = z.object({ type: z.string(), status: text, reason: text, message: text });

export const pod = z.object({
  metadata,
  spec: podSpec,
  status: z.object({
    phase: z.enum(['Pending', 'Running', 'Succeeded', 'Failed', 'Unknown']).catch('Unknown'),
    reason: text,
    podIP: text,
    conditions: list(condition),
    containerStatuses: list(containerStatus),
    initContainerStatuses: list(containerStatus),
  }),
});
export type Pod = z.infer<typeof pod>;

const selector = z
  .object({ matchLabels: textMap })
  .nullish()
  .transform((value) => value?.matchLabels ?? {});
const wanted = z
  .number()
  .nullish()
  .transform((value) => value ?? 1);

export const deployment = z.object({
  metadata,
  spec: z.object({
    replicas: wanted,
    selector,
    paused: flag,
    revisionHistoryLimit: number,
    strategy: z
      .object({
        type: text,
        rollingUpdate: z.object({ maxSurge: numberOrText, maxUnavailable: numberOrText }).nullish(),
      })
      .nullish(),
    template: z.object({ metadata: z.object({ labels: textMap }), spec: podSpec }),
  }),
  status: z.object({
    observedGeneration: number,
    replicas: number,
    readyReplicas: number,
    availableReplicas: number,
    updatedReplicas: number,
    conditions: list(condition),
  }),
});
export type Deployment = z.infer<typeof deployment>;

export const replicaSet = z.object({
  metadata,
  spec: z.object({ replicas: wanted, template: z.object({ spec: podSpec }) }),
  status: z.object({ replicas: number, readyReplicas: number }),
});
export type ReplicaSet = z.infer<typeof replicaSet>;

export const service = z.object({
  metadata,
  spec: z.object({
    type: z.enum(['ClusterIP', 'NodePort', 'LoadBalancer', 'ExternalName']),
    clusterIP: text,
    selector: textMap,
    ports: list(z.object({ name: text, port: z.number(), targetPort: numberOrText, nodePort: number, protocol: text })),
  }),
});
export type Service = z.infer<typeof service>;

export const endpointSlice = z.object({
  metadata,
  ports: list(z.object({ port: number })),
  endpoints: list(
    z.object({
      addresses: texts,
      // Absent means true.
      conditions: z.object({ ready: z.boolean().nullish() }).nullish(),
      nodeName: text,
      targetRef: z.object({ kind: text, name: text }).nullish(),
    }),
  ),
});
export type EndpointSlice = z.infer<typeof endpointSlice>;

export const configMap = z.object({ metadata, data: textMap });
export const secret = z.object({ metadata, type: text, data: textMap });

export const claim = z.object({
  metadata,
  spec: z.object({
    storageClassName: text,
    accessModes: texts,
    volumeName: text,
    resources: z.object({ requests: textMap }).nullish(),
  }),
  status: z.object({ phase: z.enum(['Pending', 'Bound', 'Lost']) }),
});
export type Claim = z.infer<typeof claim>;

export const volume = z.object({
  metadata,
  spec: z.object({ capacity: textMap, persistentVolumeReclaimPolicy: text }),
  status: z.object({ phase: text }),
});

const labelSelector = z
  .object({ matchLabels: textMap })
  .nullish()
  .transform((value) => value?.matchLabels);
const policyRule = z.object({
  from: list(z.unknown()),
  to: list(z.unknown()),
  ports: list(z.object({ protocol: text, port: numberOrText })),
});
export const policyPeer = z.object({
  podSelector: labelSelector,
  namespaceSelector: labelSelector,
  ipBlock: z.object({ cidr: text }).nullish(),
});
export const networkPolicy = z.object({
  metadata,
  spec: z.object({
    podSelector: selector,
    policyTypes: texts,
    ingress: z.array(policyRule).nullish(),
    egress: z.array(policyRule).nullish(),
  }),
});
export type NetworkPolicy = z.infer<typeof networkPolicy>;

export const disruptionBudget = z.object({
  metadata,
  status: z.object({ expectedPods: number, currentHealthy: number, disruptionsAllowed: number }),
});

export const node = z.object({
  metadata,
  spec: z.object({
    unschedulable: flag,
    taints: list(z.object({ key: z.string(), value: text, effect: text })),
  }),
  status: z.object({ conditions: list(condition), nodeInfo: z.object({ kubeletVersion: text }).nullish() }),
});
export type Node = z.infer<typeof node>;

export const event = z.object({
  metadata,
  type: text,
  reason: text,
  message: text,
  count: number,
  involvedObject: z.object({ kind: text, name: text, uid: text }),
  firstTimestamp: time,
  lastTimestamp: time,
  eventTime: time,
  series: z.object({ count: number, lastObservedTime: time }).nullish(),
});
export type Event = z.infer<typeof event>;

export const accessReview = z.object({ status: z.object({ allowed: flag }) });
