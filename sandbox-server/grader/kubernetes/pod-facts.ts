import { KubernetesError } from '../../cluster/kubernetes-error.ts';
import type { PodContainer, PodFacts, PodVolume } from '../../lab/kubernetes-workloads.ts';
import { NotYet } from '../../lab/not-yet.ts';
import type { KubernetesReader } from '../kubernetes-reader.ts';
import { containerSpec, pick } from './container-spec.ts';
import { isReady, ownerOf, podStatus, restartsOf } from './pod-status.ts';
import type { Container, ContainerStatus, Pod } from './schemas.ts';

export function podFacts(pod: Pod, path: string, cluster: KubernetesReader, signal: AbortSignal): PodFacts {
  const { metadata, spec, status } = pod;
  const subject = `pod ${metadata.name}`;
  const withStatus = (containers: Container[], statuses: ContainerStatus[]) =>
    containers.map((container) =>
      podContainer(
        container,
        statuses.find(({ name }) => name === container.name),
      ),
    );
  const containers = withStatus(spec.containers, status.containerStatuses);
  const scheduled = status.conditions.find(({ type }) => type === 'PodScheduled');
  return {
    subject,
    name: metadata.name,
    uid: metadata.uid,
    labels: metadata.labels,
    phase: status.phase,
    status: podStatus(pod),
    ready: isReady(pod),
    terminating: metadata.deletionTimestamp !== undefined,
    restarts: restartsOf(pod),
    node: spec.nodeName,
    ip: status.podIP,
    createdAt: metadata.creationTimestamp ?? new Date(0),
    owner: ownerOf(metadata),
    restartPolicy: spec.restartPolicy === 'Never' || spec.restartPolicy === 'OnFailure' ? spec.restartPolicy : 'Always',
    serviceAccount: spec.serviceAccountName,
    unscheduled: scheduled?.status === 'False' ? scheduled.message : '',
    containers,
    container: (name) => pick(containers, name, subject),
    initContainers: withStatus(spec.initContainers, status.initContainerStatuses),
    volumes: spec.volumes.map(podVolume),
    logs: async ({ container, lines = 200, previous = false } = {}) => {
      const query = {
        container: container ?? containers[0]?.name ?? '',
        tailLines: String(lines),
        ...(previous ? { previous: 'true' } : {}),
      };
      try {
        return (await cluster.bytes(`${path}/log`, { signal, query })).toString('utf8');
      } catch (error) {
        // 400: it has not begun yet, or there is no earlier one. 404: the pod has gone.
        if (!(error instanceof KubernetesError) || (error.status !== 400 && error.status !== 404)) throw error;
        const observed = previous ? 'no earlier container' : podStatus(pod);
        throw new NotYet(`The ${subject} has printed nothing yet.`, { subject, expected: 'its output', observed });
      }
    },
  };
}

function podContainer(container: Container, is: ContainerStatus | undefined): PodContainer {
  const { waiting, running, terminated } = is?.state ?? {};
  const exit = terminated ?? is?.lastState?.terminated;
  return {
    ...containerSpec(container),
    imageId: is?.imageID ?? '',
    state: running ? 'running' : terminated ? 'terminated' : 'waiting',
    reason: waiting?.reason ?? terminated?.reason ?? '',
    ready: is?.ready ?? false,
    restarts: is?.restartCount ?? 0,
    startedAt: running?.startedAt ?? terminated?.startedAt,
    lastExit: exit
      ? { code: exit.exitCode, reason: exit.reason, finishedAt: exit.finishedAt ?? new Date(0) }
      : undefined,
  };
}

function podVolume({
  name,
  configMap,
  secret,
  persistentVolumeClaim,
  emptyDir,
}: Pod['spec']['volumes'][number]): PodVolume {
  if (configMap) return { name, kind: 'configMap', source: configMap.name };
  if (secret) return { name, kind: 'secret', source: secret.secretName };
  if (persistentVolumeClaim) return { name, kind: 'claim', source: persistentVolumeClaim.claimName };
  return { name, kind: emptyDir ? 'emptyDir' : 'other', source: '' };
}
