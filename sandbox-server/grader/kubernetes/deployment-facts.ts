import type { DeploymentFacts, PodFacts, ReplicaSetFacts, Scaling } from '../../lab/kubernetes-workloads.ts';
import type { EventFacts } from '../../lab/kubernetes-checks.ts';
import { containerSpec, pick } from './container-spec.ts';
import { ownerOf } from './pod-status.ts';
import type { Deployment, ReplicaSet } from './schemas.ts';

/** Where the cluster counts a Deployment's versions. */
const REVISION = 'deployment.kubernetes.io/revision';
/** Where people write why; the cluster copies it from a Deployment to its newest ReplicaSet. */
const CHANGE_CAUSE = 'kubernetes.io/change-cause';
const SCALED = /^Scaled (?:up|down) replica set (\S+) from (\d+) to (\d+)/;

export function deploymentFacts(
  deployment: Deployment,
  look: {
    replicaSets: () => Promise<ReplicaSetFacts[]>;
    pods: (labels: Record<string, string>) => Promise<PodFacts[]>;
    events: (about: string) => Promise<EventFacts[]>;
  },
): DeploymentFacts {
  const { metadata, spec, status } = deployment;
  const { name } = metadata;
  const subject = `Deployment ${name}`;
  const containers = spec.template.spec.containers.map(containerSpec);
  const replicaSets = async () => revisionsOf(name, await look.replicaSets());
  return {
    subject,
    name,
    labels: metadata.labels,
    replicas: spec.replicas,
    ready: status.readyReplicas,
    available: status.availableReplicas,
    updated: status.updatedReplicas,
    revision: Number(metadata.annotations[REVISION] ?? 0),
    paused: spec.paused,
    strategy: {
      type: spec.strategy?.type === 'Recreate' ? 'Recreate' : 'RollingUpdate',
      maxSurge: spec.strategy?.rollingUpdate?.maxSurge ?? 0,
      maxUnavailable: spec.strategy?.rollingUpdate?.maxUnavailable ?? 0,
    },
    historyLimit: spec.revisionHistoryLimit,
    selector: spec.selector,
    podLabels: spec.template.metadata.labels,
    containers,
    container: (wanted) => pick(containers, wanted, subject),
    rolledOut:
      status.observedGeneration >= metadata.generation &&
      status.updatedReplicas === spec.replicas &&
      status.availableReplicas === spec.replicas &&
      status.replicas === spec.replicas,
    stuck: status.conditions.find(({ reason }) => reason === 'ProgressDeadlineExceeded')?.message ?? '',
    replicaSets,
    pods: async () => {
      const own = new Set((await replicaSets()).map((set) => set.name));
      return (await look.pods(spec.selector)).filter(({ owner }) => owner !== undefined && own.has(owner.name));
    },
    scalings: async () => (await look.events(subject)).flatMap(scaling),
  };
}

/** A Deployment's ReplicaSets, the oldest first. */
export function revisionsOf(deployment: string, sets: readonly ReplicaSetFacts[]): ReplicaSetFacts[] {
  return sets
    .filter(({ owner }) => owner?.kind === 'Deployment' && owner.name === deployment)
    .sort((a, b) => a.revision - b.revision);
}

export function replicaSetFacts({ metadata, spec, status }: ReplicaSet): ReplicaSetFacts {
  return {
    subject: `ReplicaSet ${metadata.name}`,
    name: metadata.name,
    revision: Number(metadata.annotations[REVISION] ?? 0),
    owner: ownerOf(metadata),
    replicas: spec.replicas,
    pods: status.replicas,
    ready: status.readyReplicas,
    labels: metadata.labels,
    images: spec.template.spec.containers.map(({ image }) => image),
    changeCause: metadata.annotations[CHANGE_CAUSE] ?? '',
    createdAt: metadata.creationTimestamp ?? new Date(0),
  };
}

function scaling({ message, at }: EventFacts): Scaling[] {
  const [, replicaSet, from, to] = SCALED.exec(message) ?? [];
  return replicaSet === undefined ? [] : [{ replicaSet, from: Number(from), to: Number(to), at }];
}
