import type { KubernetesObject } from '../kubernetes-api.ts';

/** Names that only the platform may change; admission sees to it, see policies.ts. */
export const OURS = 'drydock-';
/** Of namespaces of sessions. */
export const NAMESPACE_PREFIX = 'lab-';
/** On namespaces: the session. */
export const SESSION_LABEL = 'drydock/session';
export const LEARNER = `${OURS}learner`;
export const LEARNER_ROLE = `${OURS}learner`;
/** Where the ingress controller is: `cluster/kind/manifests/ingress.yaml`. */
export const INGRESS_NAMESPACE = `${OURS}ingress`;
export const READER_ROLE = `${OURS}reader`;

/** Thirty sessions of these must not fill a host of 24 GiB: what is asked for counts, and a lesson's pods ask for little. */
const QUOTA = {
  pods: '20',
  'requests.cpu': '1',
  'requests.memory': '768Mi',
  'limits.cpu': '6',
  'limits.memory': '2Gi',
  'requests.storage': '2Gi',
  'limits.ephemeral-storage': '4Gi',
  persistentvolumeclaims: '5',
  services: '20',
  'services.nodeports': '5',
  'services.loadbalancers': '0',
  configmaps: '50',
  secrets: '50',
  'count/deployments.apps': '20',
  'count/replicasets.apps': '100',
  'count/statefulsets.apps': '10',
  'count/daemonsets.apps': '5',
  'count/jobs.batch': '20',
  'count/cronjobs.batch': '5',
  // What runs nothing takes room in the cluster's database all the same.
  replicationcontrollers: '20',
  'count/serviceaccounts': '20',
  'count/controllerrevisions.apps': '100',
  'count/horizontalpodautoscalers.autoscaling': '10',
  'count/poddisruptionbudgets.policy': '20',
  'count/leases.coordination.k8s.io': '20',
  'count/ingresses.networking.k8s.io': '20',
  'count/networkpolicies.networking.k8s.io': '20',
  'count/roles.rbac.authorization.k8s.io': '20',
  'count/rolebindings.rbac.authorization.k8s.io': '20',
};

/** For containers that say nothing. */
const CONTAINER_DEFAULTS = {
  type: 'Container',
  default: { cpu: '250m', memory: '128Mi', 'ephemeral-storage': '256Mi' },
  defaultRequest: { cpu: '10m', memory: '24Mi', 'ephemeral-storage': '16Mi' },
  max: { cpu: '1', memory: '768Mi', 'ephemeral-storage': '1Gi' },
};

export function namespaceOf(session: string): string {
  return `${NAMESPACE_PREFIX}${session}`;
}

export function isNamespaceOfSession(namespace: string): boolean {
  return namespace.startsWith(NAMESPACE_PREFIX);
}

const inside = (session: string, name: string) => ({ name: `${OURS}${name}`, namespace: namespaceOf(session) });
const inNamespace = (name: string) => ({ namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': name } } });

/** All that a session has in a cluster, in the order in which it is made. */
export function learnerNamespace(session: string): KubernetesObject[] {
  const namespace = namespaceOf(session);
  return [
    {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: {
        name: namespace,
        labels: {
          [SESSION_LABEL]: session,
          'pod-security.kubernetes.io/enforce': 'baseline',
          'pod-security.kubernetes.io/enforce-version': 'latest',
        },
      },
    },
    { apiVersion: 'v1', kind: 'ResourceQuota', metadata: inside(session, 'quota'), spec: { hard: QUOTA } },
    {
      apiVersion: 'v1',
      kind: 'LimitRange',
      metadata: inside(session, 'limits'),
      spec: { limits: [CONTAINER_DEFAULTS] },
    },
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: LEARNER, namespace } },
    {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'RoleBinding',
      metadata: { name: LEARNER, namespace },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: LEARNER_ROLE },
      subjects: [{ kind: 'ServiceAccount', name: LEARNER, namespace }],
    },
  ];
}

/**
 * In a cluster that sessions share: pods of the session reach each other, DNS, the ingress controller, and what a policy of the
 * learner's own adds; nobody reaches them but the controller, which has ports of its own for each namespace and lets only pods of that
 * namespace in. Policies add up, so that one of the learner's takes nothing away here.
 */
export function neighboursPolicy(session: string): KubernetesObject {
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: inside(session, 'neighbours'),
    spec: {
      podSelector: {},
      policyTypes: ['Ingress', 'Egress'],
      ingress: [{ from: [{ podSelector: {} }, inNamespace(INGRESS_NAMESPACE)] }],
      egress: [
        { to: [{ podSelector: {} }, inNamespace(INGRESS_NAMESPACE)] },
        {
          to: [inNamespace('kube-system')],
          ports: [
            { protocol: 'UDP', port: 53 },
            { protocol: 'TCP', port: 53 },
          ],
        },
      ],
    },
  };
}
