import type { KubernetesObject } from '../kubernetes-api.ts';
import { LEARNER, namespaceOf, OURS, SESSION_LABEL } from './learner-namespace.ts';
import { BY_LEARNER, policy, rule } from './policies.ts';

/** On a node: `off` pulls its plug, `on` gives it power again. The command `power` of the learner's shell writes it. */
export const POWER_ANNOTATION = 'drydock/power';

const RBAC = 'rbac.authorization.k8s.io';
const OPERATOR_ROLE = `${OURS}operator`;
const CONTROL_PLANE = 'node-role.kubernetes.io/control-plane';

/**
 * What whoever looks after the nodes of a cluster needs beside a namespace: to cordon, drain, taint and label them, and to see which
 * pods are on them. Nothing here leads into a node (no `nodes/proxy`), nor into pods of other namespaces (no `pods/exec`).
 */
const OPERATOR_RULES = [
  { apiGroups: [''], resources: ['nodes'], verbs: ['get', 'list', 'watch', 'update', 'patch'] },
  { apiGroups: [''], resources: ['pods', 'namespaces'], verbs: ['get', 'list', 'watch'] },
  { apiGroups: [''], resources: ['pods/eviction'], verbs: ['create'] },
  { apiGroups: ['apps'], resources: ['daemonsets'], verbs: ['get', 'list', 'watch'] },
  { apiGroups: ['metrics.k8s.io'], resources: ['pods'], verbs: ['get', 'list', 'watch'] },
];

/** What a learner with a whole cluster rests on, beside what all sessions do. */
export function operatorPolicies(): KubernetesObject[] {
  return [
    { apiVersion: `${RBAC}/v1`, kind: 'ClusterRole', metadata: { name: OPERATOR_ROLE }, rules: OPERATOR_RULES },
    ...policy('control-plane-power', {
      condition: BY_LEARNER,
      rules: [rule('', ['nodes'], ['UPDATE'])],
      expression: `!('${CONTROL_PLANE}' in oldObject.metadata.?labels.orValue({})) || !('${POWER_ANNOTATION}' in object.metadata.?annotations.orValue({}))`,
      message: 'This is the control plane; without it nobody could tell what happens. Switch off another node.',
    }),
    // Whoever takes this label away could then switch the control plane off.
    ...policy('control-plane-label', {
      condition: BY_LEARNER,
      rules: [rule('', ['nodes'], ['UPDATE'])],
      expression: `('${CONTROL_PLANE}' in oldObject.metadata.?labels.orValue({})) == ('${CONTROL_PLANE}' in object.metadata.?labels.orValue({}))`,
      message: 'Which node is the control plane is decided when a cluster is made.',
    }),
  ];
}

/** Makes the learner of this session the operator of its cluster. */
export function operatorBinding(session: string): KubernetesObject {
  const namespace = namespaceOf(session);
  return {
    apiVersion: `${RBAC}/v1`,
    kind: 'ClusterRoleBinding',
    metadata: { name: `${OURS}${namespace}-operator`, labels: { [SESSION_LABEL]: session } },
    roleRef: { apiGroup: RBAC, kind: 'ClusterRole', name: OPERATOR_ROLE },
    subjects: [{ kind: 'ServiceAccount', name: LEARNER, namespace }],
  };
}
