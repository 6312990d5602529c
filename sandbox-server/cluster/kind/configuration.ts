import { stringify } from 'yaml';
import type { ClusterSpec } from '../cluster.ts';

/** Beside each other and beside what a class's network usually has. */
export const POD_SUBNET = '10.244.0.0/16';
export const SERVICE_SUBNET = '10.96.0.0/16';

/** What kind is told. `coredns`: the version in the node image, when it is not the one that kubeadm expects. */
export function kindConfiguration(spec: ClusterSpec, image: { coredns?: string }): string {
  return stringify({
    kind: 'Cluster',
    apiVersion: 'kind.x-k8s.io/v1alpha4',
    networking: { ipFamily: 'ipv4', podSubnet: POD_SUBNET, serviceSubnet: SERVICE_SUBNET },
    nodes: [{ role: 'control-plane' }, ...Array.from({ length: spec.nodes - 1 }, () => ({ role: 'worker' }))],
    kubeadmConfigPatches: [
      // Lessons run on hosts with either version of cgroups.
      stringify({ kind: 'KubeletConfiguration', failCgroupV1: false }),
      ...(image.coredns === undefined
        ? []
        : [stringify({ kind: 'ClusterConfiguration', dns: { imageTag: image.coredns } })]),
    ],
  });
}
