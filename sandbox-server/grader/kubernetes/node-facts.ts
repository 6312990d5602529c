import type { NodeFacts } from '../../lab/kubernetes-checks.ts';
import type { Node } from './schemas.ts';

const ROLE = 'node-role.kubernetes.io/';

export function nodeFacts({ metadata, spec, status }: Node): NodeFacts {
  return {
    subject: `node ${metadata.name}`,
    name: metadata.name,
    ready: status.conditions.some(({ type, status: is }) => type === 'Ready' && is === 'True'),
    cordoned: spec.unschedulable,
    roles: Object.keys(metadata.labels).flatMap((label) => (label.startsWith(ROLE) ? [label.slice(ROLE.length)] : [])),
    version: status.nodeInfo?.kubeletVersion ?? '',
    labels: metadata.labels,
    taints: spec.taints.map(({ key, value, effect }) => `${key}${value === '' ? '' : `=${value}`}:${effect}`),
  };
}
