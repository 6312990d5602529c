import type { LiveCluster, LiveDeployment, LivePod, LiveService } from '../../protocol/live.ts';
import type { ClusterObjects } from './cluster-objects.ts';
import { replicaSetFacts, revisionsOf } from './deployment-facts.ts';
import { nodeFacts } from './node-facts.ts';
import { isReady, podStatus, restartsOf } from './pod-status.ts';
import { plain } from '../verdict.ts';
import { endpointFacts } from './service-facts.ts';
import { whyNotRunning } from './why-not-running.ts';
import type { Deployment, EndpointSlice, Pod, Service } from './schemas.ts';

/** More of one kind than anybody can look at; a session's quota allows fewer. */
const MAX_SHOWN = 100;
/** Of an image's name. */
const MAX_NAME_CHARS = 80;
/** Of a reason: one of the kubelet's names an image three times. What is cut off, `kubectl describe` tells. */
const MAX_WHY_CHARS = 300;

/** A session's part of a cluster as a picture. */
export function liveCluster(objects: ClusterObjects): LiveCluster {
  const slices = [...objects.slices.values()];
  const sets = [...objects.replicaSets.values()].map(replicaSetFacts);
  return {
    nodes: inOrder(objects.nodes).map((node) => {
      const { name, ready, cordoned } = nodeFacts(node);
      return { name, ready, cordoned };
    }),
    pods: inOrder(objects.pods).map((pod) => livePod(pod, objects.warnings)),
    deployments: inOrder(objects.deployments).map((deployment) => liveDeployment(deployment, sets)),
    services: inOrder(objects.services).map((service) => liveService(service, slices)),
  };
}

function inOrder<T>(objects: ReadonlyMap<string, T>): T[] {
  const sorted = [...objects].sort(([a], [b]) => a.localeCompare(b));
  return sorted.slice(0, MAX_SHOWN).map(([, object]) => object);
}

function livePod(pod: Pod, warnings: ClusterObjects['warnings']): LivePod {
  return {
    id: pod.metadata.uid,
    name: pod.metadata.name,
    image: short(pod.spec.containers[0]?.image ?? ''),
    status: podStatus(pod),
    why: plain(whyNotRunning(pod, warnings.values()), MAX_WHY_CHARS),
    ready: isReady(pod),
    restarts: restartsOf(pod),
    node: pod.spec.nodeName,
  };
}

function liveDeployment(
  { metadata, spec, status }: Deployment,
  sets: readonly ReturnType<typeof replicaSetFacts>[],
): LiveDeployment {
  const own = revisionsOf(metadata.name, sets);
  const shown = own.filter((set) => set === own.at(-1) || set.replicas > 0 || set.pods > 0);
  return {
    name: metadata.name,
    replicas: spec.replicas,
    ready: status.readyReplicas,
    revisions: shown.map(({ revision, name, images, replicas, ready }) => {
      return { revision, name, image: short(images[0] ?? ''), replicas, ready };
    }),
  };
}

function liveService({ metadata, spec }: Service, slices: readonly EndpointSlice[]): LiveService {
  const own = slices.filter((slice) => slice.metadata.labels['kubernetes.io/service-name'] === metadata.name);
  const endpoints = own.flatMap(endpointFacts);
  const pods = (ready: boolean) => [
    ...new Set(endpoints.filter((one) => one.ready === ready).map(({ pod, ip }) => pod || ip)),
  ];
  return {
    name: metadata.name,
    type: spec.clusterIP === 'None' ? 'headless' : spec.type,
    selects: Object.entries(spec.selector)
      .map(([key, value]) => `${key}=${value}`)
      .join(', '),
    sendsTo: pods(true).toSorted().slice(0, MAX_SHOWN),
    waitsFor: pods(false).toSorted().slice(0, MAX_SHOWN),
  };
}

/** Without what every image of Docker Hub has in front. */
function short(image: string): string {
  return image.replace(/^docker\.io\/(?:library\/)?/, '').slice(0, MAX_NAME_CHARS);
}
