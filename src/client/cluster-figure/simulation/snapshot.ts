import type { Pod, ReplicaSet } from '@ngrok/webernetes';
import type { LiveDeployment, LivePod, LiveRevision } from '../../../../sandbox-server/protocol/live.ts';

const REVISION = 'deployment.kubernetes.io/revision';

/** `nodeNames`: what the figure calls the simulation's nodes. */
export function livePod({ metadata, spec, status }: Pod, nodeNames: ReadonlyMap<string, string>): LivePod {
  const leaves = metadata.deletionTimestamp !== undefined;
  const waits = status?.containerStatuses?.[0]?.state?.waiting?.reason;
  return {
    id: metadata.uid,
    name: metadata.name,
    image: spec.containers[0]?.image ?? '',
    // As kubectl has it: a pod that is being deleted says so, whatever its containers do.
    status: leaves ? 'Terminating' : (waits ?? status?.phase ?? 'Pending'),
    why: '',
    ready: !leaves && (status?.conditions ?? []).some((one) => one.type === 'Ready' && one.status === 'True'),
    restarts: 0,
    node: nodeNames.get(spec.nodeName ?? '') ?? '',
  };
}

/** A Deployment by its ReplicaSets, which the cleaning up of old ones keeps few. */
export function liveDeployment(replicas: number, sets: Iterable<ReplicaSet>): LiveDeployment {
  const revisions = [...sets].map(liveRevision).sort((a, b) => a.revision - b.revision);
  const ready = revisions.reduce((sum, revision) => sum + revision.ready, 0);
  return { name: 'api', replicas, ready, revisions };
}

function liveRevision({ metadata, spec, status }: ReplicaSet): LiveRevision {
  return {
    revision: Number(metadata.annotations?.[REVISION] ?? 0),
    name: metadata.name,
    image: spec.template.spec.containers[0]?.image ?? '',
    replicas: spec.replicas ?? 0,
    ready: status?.readyReplicas ?? 0,
  };
}
