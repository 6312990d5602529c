import type { LiveCluster, LiveNode, LivePod, LiveService } from '../../../../sandbox-server/protocol/live.ts';

/** On its way, or done: no reason to worry. */
const FINE = /^(?:Running|Completed|Terminating|Pending|ContainerCreating|PodInitializing|Init:\d+\/\d+)$/;

/** Something is wrong with it, in the words of its status. */
export function isBad({ status }: Pick<LivePod, 'status'>): boolean {
  return !FINE.test(status);
}

/** The status as kubectl says it, and whether Services would send to it. */
export function podWords({ status, ready }: Pick<LivePod, 'status' | 'ready'>): string {
  return status === 'Running' && !ready ? 'Running, not ready' : status;
}

export function restartWords(restarts: number): string {
  return restarts === 1 ? 'restarted once' : `restarted ${restarts} times`;
}

export function nodeWords({ ready, cordoned }: Pick<LiveNode, 'ready' | 'cordoned'>): string {
  return `${ready ? 'ready' : 'not ready'}${cordoned ? ', takes no new pods' : ''}`;
}

/** Without what the names of all nodes have in front: `control-plane`, `worker2`. */
export function nodeLabel(name: string, nodes: readonly Pick<LiveNode, 'name'>[]): string {
  const first = /^(.+-)(?:control-plane|worker)\d*$/.exec(name)?.[1];
  return first !== undefined && nodes.every((node) => node.name.startsWith(first)) ? name.slice(first.length) : name;
}

/** Names of the Services that send to a pod. */
export function servicesOf(pod: string, services: readonly LiveService[]): string[] {
  return services.filter(({ sendsTo }) => sendsTo.includes(pod)).map(({ name }) => name);
}

/** What changed from one snapshot to the next, as phrases. */
export function clusterChanges(before: LiveCluster, after: LiveCluster): string[] {
  const pods = new Map(before.pods.map((pod) => [pod.id, pod]));
  const left = new Set(after.pods.map(({ id }) => id));
  const nodes = new Map(before.nodes.map((node) => [node.name, node]));
  const deployments = new Map(before.deployments.map((deployment) => [deployment.name, deployment]));
  const services = new Map(before.services.map((service) => [service.name, service]));
  return [
    ...after.nodes
      .filter((node) => nodes.has(node.name) && nodeWords(nodes.get(node.name)!) !== nodeWords(node))
      .map((node) => `node ${nodeLabel(node.name, after.nodes)} ${nodeWords(node)}`),
    ...after.pods.filter((pod) => wordsOf(pods.get(pod.id)) !== wordsOf(pod)).map((pod) => wordsOf(pod)),
    ...before.pods.filter(({ id }) => !left.has(id)).map(({ name }) => `pod ${name} gone`),
    ...after.deployments
      .filter(({ name, ready }) => deployments.get(name)?.ready !== ready)
      .map(({ name, ready, replicas }) => `Deployment ${name} ${ready} of ${replicas} ready`),
    ...after.services
      .filter(({ name, sendsTo }) => services.get(name)?.sendsTo.length !== sendsTo.length)
      .map(({ name, sendsTo }) => `Service ${name} sends to ${sendsTo.length}`),
  ];
}

function wordsOf(pod: LivePod | undefined): string {
  if (pod === undefined) return '';
  const why = pod.why === '' ? '' : `: ${pod.why}`;
  return `pod ${pod.name} ${podWords(pod)}${why}${pod.restarts > 0 ? `, ${restartWords(pod.restarts)}` : ''}`;
}
