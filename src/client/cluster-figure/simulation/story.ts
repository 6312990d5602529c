import type { ClusterEvent } from '@ngrok/webernetes';
import { shortName, type News } from './figure-state.ts';

/** What the cluster's events are told with. */
export interface StoryNames {
  /** Of a node, in the figure. */
  node: (name: string) => string;
  /** Of a pod's node. */
  nodeOf: (pod: string) => string;
  /** Of a ReplicaSet. */
  version: (replicaSet: string) => string;
}

/** An event of the cluster in plain words; undefined for one that adds nothing to the others. */
export function tell(event: ClusterEvent, names: StoryNames): Omit<News, 'id'> | undefined {
  const { reason, message = '', involvedObject } = event;
  const object = involvedObject.name ?? '';
  const pod = `pod ${shortName(object)}`;
  const kubelet = `Kubelet of ${names.nodeOf(object)}`;
  switch (reason) {
    case 'ScalingReplicaSet': {
      const [, set = '', wanted = ''] = /replica set (\S+) from \d+ to (\d+)/.exec(message) ?? [];
      const what = `wants ${wanted} ${wanted === '1' ? 'pod' : 'pods'} of version ${names.version(set)}`;
      return { who: 'Deployment controller', what };
    }
    case 'SuccessfulCreate':
      return { who: 'ReplicaSet controller', what: `counts too few, and makes pod ${lastName(message)}` };
    case 'SuccessfulDelete':
      return { who: 'ReplicaSet controller', what: `counts too many, and deletes pod ${lastName(message)}` };
    case 'Scheduled':
      return { who: 'Scheduler', what: `gives ${pod} to ${names.node(/ to (\S+)$/.exec(message)?.[1] ?? '')}` };
    case 'Started':
      return { who: kubelet, what: `starts the container of ${pod}` };
    case 'Killing':
      return { who: kubelet, what: `stops the container of ${pod}` };
    case 'Unhealthy':
      return { who: kubelet, what: `probes ${pod}, which says that it is not ready` };
    default:
      return undefined;
  }
}

/** A node is silent. The times are those of a cluster with its defaults. */
export function noticedWords(node: string): string {
  return `has heard nothing from ${node}, and takes its pods for not ready (in a cluster, within a minute)`;
}

export function evictedWords(node: string): string {
  return `deletes the pods of ${node} (in a cluster, after 5 more minutes)`;
}

/** `Created pod: api-5d9c-x2x7k` */
function lastName(message: string): string {
  return shortName(/\S+$/.exec(message)?.[0] ?? '');
}
