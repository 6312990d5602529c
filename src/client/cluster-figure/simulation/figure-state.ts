import type { LiveDeployment, LiveNode, LivePod } from '../../../../sandbox-server/protocol/live.ts';

/** What the figure draws. A whole snapshot each time, in the shapes of the live view. */
export interface FigureState {
  /** `broken`: the simulation itself failed, which is nobody's lesson. */
  phase: 'starting' | 'running' | 'broken';
  nodes: FigureNode[];
  /** In the order in which they were made. */
  pods: LivePod[];
  deployment: LiveDeployment;
  /** What the reader did last, as a sentence. */
  deed: string;
  /** What happened, newest first. */
  news: News[];
}

export interface FigureNode extends LiveNode {
  /** Switched off by the reader, which the control plane notices later. */
  off: boolean;
}

export interface News {
  id: number;
  /** The component of the cluster that acted. */
  who: string;
  /** What it did, to follow its name: `makes pod x2x7k`. */
  what: string;
}

/** What `api:2` is a version of; empty for what is none. */
export function versionOf(image: string): string {
  return /:(.+)$/.exec(image)?.[1] ?? '';
}

/** The part of a pod's name that is its own. */
export function shortName(pod: string): string {
  return pod.slice(pod.lastIndexOf('-') + 1);
}

/** How the pods are, as a sentence. */
export function howItIs({ revisions, ready, replicas }: LiveDeployment): string {
  const withPods = revisions.filter((revision) => revision.replicas + revision.ready > 0);
  if (withPods.length > 1) {
    const parts = withPods.map((revision) => `${revision.ready} of version ${versionOf(revision.image)}`);
    return `Pods that are ready: ${parts.join(', ')}.`;
  }
  return `${ready} of ${replicas} ${replicas === 1 ? 'pod is' : 'pods are'} ready.`;
}
