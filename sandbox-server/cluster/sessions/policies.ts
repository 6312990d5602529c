import type { KubernetesObject } from '../kubernetes-api.ts';
import { LEARNER_ROLE, NAMESPACE_PREFIX, OURS, READER_ROLE } from './learner-namespace.ts';

const RBAC = 'rbac.authorization.k8s.io/v1';
const ADMISSION = 'admissionregistration.k8s.io/v1';
const READ = ['get', 'list', 'watch'];
const ALL = ['get', 'list', 'watch', 'create', 'update', 'patch', 'delete', 'deletecollection'];

/** True of requests of learners, and of whatever acts with a service account of theirs. */
export const BY_LEARNER = {
  name: 'by-learner',
  expression: `request.userInfo.username.startsWith('system:serviceaccount:${NAMESPACE_PREFIX}')`,
};

/** True of requests about what is in learners' namespaces, whoever makes them: controllers make pods for a Deployment. */
const IN_LEARNERS_NAMESPACE = {
  name: 'in-learners-namespace',
  expression: `request.namespace.startsWith('${NAMESPACE_PREFIX}')`,
};

/** What learners may do in namespaces of their own. Quotas, limits and the namespace itself are theirs to look at only. */
const LEARNER_RULES = [
  {
    apiGroups: [''],
    resources: [
      ...['pods', 'pods/attach', 'pods/exec', 'pods/portforward', 'pods/proxy', 'pods/log', 'pods/ephemeralcontainers'],
      ...['pods/eviction', 'pods/resize', 'services', 'services/proxy', 'configmaps', 'secrets'],
      ...['persistentvolumeclaims', 'serviceaccounts', 'serviceaccounts/token', 'replicationcontrollers'],
    ],
    verbs: ALL,
  },
  // Endpoints written by hand would lead a Service, and whoever follows it, past the network policies.
  {
    apiGroups: [''],
    resources: ['resourcequotas', 'limitranges', 'namespaces', 'pods/status', 'endpoints', 'events'],
    verbs: READ,
  },
  { apiGroups: ['events.k8s.io'], resources: ['events'], verbs: READ },
  {
    apiGroups: ['apps'],
    resources: [
      ...['deployments', 'deployments/scale', 'deployments/rollback', 'replicasets', 'replicasets/scale'],
      ...['statefulsets', 'statefulsets/scale', 'daemonsets', 'controllerrevisions'],
    ],
    verbs: ALL,
  },
  { apiGroups: ['batch'], resources: ['jobs', 'cronjobs'], verbs: ALL },
  { apiGroups: ['autoscaling'], resources: ['horizontalpodautoscalers'], verbs: ALL },
  { apiGroups: ['policy'], resources: ['poddisruptionbudgets'], verbs: ALL },
  { apiGroups: ['networking.k8s.io'], resources: ['networkpolicies', 'ingresses'], verbs: ALL },
  { apiGroups: ['discovery.k8s.io'], resources: ['endpointslices'], verbs: READ },
  { apiGroups: ['rbac.authorization.k8s.io'], resources: ['roles', 'rolebindings'], verbs: ALL },
  { apiGroups: ['coordination.k8s.io'], resources: ['leases'], verbs: ALL },
  { apiGroups: ['metrics.k8s.io'], resources: ['pods'], verbs: READ },
  { apiGroups: ['authorization.k8s.io'], resources: ['localsubjectaccessreviews'], verbs: ['create'] },
];

/** Of the cluster as a whole, what tells nothing of a neighbour. */
const READER_RULES = [
  { apiGroups: [''], resources: ['nodes'], verbs: READ },
  { apiGroups: ['metrics.k8s.io'], resources: ['nodes'], verbs: READ },
  { apiGroups: ['storage.k8s.io'], resources: ['storageclasses'], verbs: READ },
  { apiGroups: ['networking.k8s.io'], resources: ['ingressclasses'], verbs: READ },
  { apiGroups: ['scheduling.k8s.io'], resources: ['priorityclasses'], verbs: READ },
];

/** What all sessions rest on. */
export function clusterPolicies(): KubernetesObject[] {
  return [
    { apiVersion: RBAC, kind: 'ClusterRole', metadata: { name: LEARNER_ROLE }, rules: LEARNER_RULES },
    { apiVersion: RBAC, kind: 'ClusterRole', metadata: { name: READER_ROLE }, rules: READER_RULES },
    ...policy('ours', {
      condition: BY_LEARNER,
      rules: [
        rule('', ['serviceaccounts'], ['UPDATE', 'DELETE']),
        rule('networking.k8s.io', ['networkpolicies'], ['UPDATE', 'DELETE']),
        rule('rbac.authorization.k8s.io', ['roles', 'rolebindings'], ['UPDATE', 'DELETE']),
      ],
      expression: `!oldObject.metadata.name.startsWith('${OURS}')`,
      message: `What is called ${OURS}… belongs to the platform; make policies and accounts of your own beside it.`,
    }),
    // A pod of such a class would push neighbours' pods from a node.
    ...policy('priority', {
      condition: IN_LEARNERS_NAMESPACE,
      rules: [rule('', ['pods'], ['CREATE'])],
      expression: "!has(object.spec.priorityClassName) || !object.spec.priorityClassName.startsWith('system-')",
      message: 'The priority classes system-… are for the cluster’s own pods.',
    }),
    // A Service with another's address would get what is meant for it (CVE-2020-8554).
    ...policy('external-addresses', {
      condition: IN_LEARNERS_NAMESPACE,
      rules: [rule('', ['services'], ['CREATE', 'UPDATE'])],
      expression: '!has(object.spec.externalIPs) || object.spec.externalIPs.size() == 0',
      message: 'A Service may not claim external addresses in a shared cluster.',
    }),
  ];
}

interface Rule {
  apiGroups: string[];
  apiVersions: string[];
  operations: string[];
  resources: string[];
}

export function rule(group: string, resources: string[], operations: string[]): Rule {
  return { apiGroups: [group], apiVersions: ['*'], operations, resources };
}

interface Policy {
  rules: Rule[];
  /** Which of the requests it is for. */
  condition: { name: string; expression: string };
  expression: string;
  message: string;
  /** When it is not met. Default: the request is denied. */
  action?: 'Deny' | 'Warn';
}

export function policy(name: string, { rules, condition, expression, message, action = 'Deny' }: Policy) {
  const metadata = { name: `${OURS}${name}` };
  return [
    {
      apiVersion: ADMISSION,
      kind: 'ValidatingAdmissionPolicy',
      metadata,
      spec: {
        failurePolicy: 'Fail',
        matchConstraints: { resourceRules: rules },
        matchConditions: [condition],
        validations: [{ expression, message, reason: 'Forbidden' }],
      },
    },
    {
      apiVersion: ADMISSION,
      kind: 'ValidatingAdmissionPolicyBinding',
      metadata,
      spec: { policyName: metadata.name, validationActions: [action] },
    },
  ];
}
