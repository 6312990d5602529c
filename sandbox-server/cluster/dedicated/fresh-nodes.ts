import { z } from 'zod';
import type { KubernetesApi } from '../kubernetes-api.ts';
import { POWER_ANNOTATION } from '../sessions/operator-policies.ts';

/** Labels and taints that kubelet, kubeadm and kind set have a name with a slash in a domain of these. */
const OF_THE_CLUSTER = /(?:^|\.)(?:kubernetes|k8s)\.io\//;

const nodes = z.object({
  items: z.array(
    z.object({
      metadata: z.object({ name: z.string(), labels: z.record(z.string(), z.string()).default({}) }),
      spec: z.object({ taints: z.array(z.looseObject({ key: z.string() })).default([]) }),
    }),
  ),
});

/** Takes from all nodes what an operator may have put on them: cordons, taints, labels, and the switch of their power. */
export async function freshNodes(api: Pick<KubernetesApi, 'get' | 'send'>): Promise<void> {
  const { items } = nodes.parse(await api.get('/api/v1/nodes'));
  for (const { metadata, spec } of items) {
    const taints = spec.taints.filter(
      ({ key }) => OF_THE_CLUSTER.test(key) && key !== 'node.kubernetes.io/unschedulable',
    );
    const foreign = Object.keys(metadata.labels).filter((name) => !OF_THE_CLUSTER.test(name));
    const change = {
      metadata: {
        annotations: { [POWER_ANNOTATION]: null },
        labels: Object.fromEntries(foreign.map((name) => [name, null])),
      },
      spec: { unschedulable: null, taints: taints.length === 0 ? null : taints },
    };
    await api.send('PATCH', `/api/v1/nodes/${metadata.name}`, change, 'application/merge-patch+json');
  }
}
