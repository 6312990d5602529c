import { PatchStrategy, setHeaderOptions, type Cluster } from '@ngrok/webernetes';
import { NAMESPACE } from './workload.ts';

/** In a cluster 40 or 50 seconds after the last sign of life, by its version. */
export const NODE_GRACE_MS = 3_000;
/** In a cluster 5 minutes. */
export const POD_GRACE_MS = 4_000;

const MERGE_PATCH = setHeaderOptions('Content-Type', PatchStrategy.MergePatch);

export interface NodeLossSteps {
  /** The control plane has noticed; its pods count as not ready. */
  noticed: () => void;
  /** Its pods are about to be marked for deletion, and others to come in their place. */
  evicts: () => void;
}

/**
 * Switches a node off, and does what a cluster's node controller does then, which the package does not have: it notices
 * after a while, and gives the pods up after another.
 */
export async function loseNode(cluster: Cluster, name: string, steps: NodeLossSteps): Promise<void> {
  await cluster.servers.find((server) => server.name === name)?.close();
  await wait(cluster, NODE_GRACE_MS);
  // The package's scheduler gives pods to every node that is listed; a real one passes by those that are not ready.
  await cluster.api.corev1.deleteNode({ name });
  for (const pod of await podsOn(cluster, name)) {
    const conditions = (pod.status?.conditions ?? []).map((one) =>
      one.type === 'Ready' ? { ...one, status: 'False' } : one,
    );
    const body = { status: { conditions } };
    await cluster.api.corev1.patchNamespacedPodStatus({ ...idOf(pod), body }, MERGE_PATCH);
  }
  steps.noticed();
  await wait(cluster, POD_GRACE_MS);
  steps.evicts();
  // Nobody confirms that they have ended, so they stay, and are seen to be on their way out.
  for (const pod of await podsOn(cluster, name)) await cluster.api.corev1.deleteNamespacedPod(idOf(pod));
}

async function podsOn(cluster: Cluster, node: string) {
  const { items } = await cluster.api.corev1.listNamespacedPod({ namespace: NAMESPACE });
  return items.filter(({ spec }) => spec.nodeName === node);
}

function idOf({ metadata: { name } }: { metadata: { name: string } }) {
  return { name, namespace: NAMESPACE };
}

/** Stands still while the cluster does. */
function wait(cluster: Cluster, milliseconds: number): Promise<void> {
  return new Promise((resolve) => void cluster.clock.setTimeout(resolve, milliseconds));
}
