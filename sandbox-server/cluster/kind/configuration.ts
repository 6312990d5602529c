import { stringify } from 'yaml';
import type { ClusterSpec } from '../cluster.ts';

/** Beside each other and beside what a class's network usually has. */
export const POD_SUBNET = '10.244.0.0/16';
export const SERVICE_SUBNET = '10.96.0.0/16';

/** Of a node: as many as its range has addresses, with some to spare for pods that come while others go. */
const MAX_PODS = 220;
/** containerd's settings for single registries, on a node. */
export const REGISTRIES = '/etc/containerd/certs.d';

/**
 * A node that is silent counts as gone after this, and its pods are then taken from it: as quick as is safe on a busy host. Kubernetes
 * unasked takes 50 s and 300 s.
 * https://kubernetes.io/docs/concepts/architecture/nodes/#condition
 */
const GRACE_SECONDS = 16;
const TOLERATION_SECONDS = 10;
/** A kubelet renews its lease four times in this; the grace must be several renewals long. */
const LEASE_SECONDS = 12;

/** Both versions of kubeadm's configuration that kind writes, by the version of Kubernetes: it takes the patch that fits. */
function quickPatches(): string[] {
  const controller = { 'node-monitor-grace-period': `${GRACE_SECONDS}s` };
  const tolerations = {
    'default-not-ready-toleration-seconds': String(TOLERATION_SECONDS),
    'default-unreachable-toleration-seconds': String(TOLERATION_SECONDS),
  };
  const patch = (version: string, as: (args: Record<string, string>) => unknown) =>
    stringify({
      apiVersion: `kubeadm.k8s.io/${version}`,
      kind: 'ClusterConfiguration',
      controllerManager: { extraArgs: as(controller) },
      apiServer: { extraArgs: as(tolerations) },
    });
  return [
    patch('v1beta3', (args) => args),
    patch('v1beta4', (args) => Object.entries(args).map(([name, value]) => ({ name, value }))),
    stringify({ kind: 'KubeletConfiguration', nodeLeaseDurationSeconds: LEASE_SECONDS }),
  ];
}

/** What kind is told. `coredns`: the version in the node image, when it is not the one that kubeadm expects. */
export function kindConfiguration(spec: ClusterSpec, image: { coredns?: string }): string {
  return stringify({
    kind: 'Cluster',
    apiVersion: 'kind.x-k8s.io/v1alpha4',
    networking: { ipFamily: 'ipv4', podSubnet: POD_SUBNET, serviceSubnet: SERVICE_SUBNET },
    nodes: [{ role: 'control-plane' }, ...Array.from({ length: spec.nodes - 1 }, () => ({ role: 'worker' }))],
    // Where use-mirror.ts says where images come from.
    containerdConfigPatches: [`[plugins."io.containerd.grpc.v1.cri".registry]\n  config_path = "${REGISTRIES}"\n`],
    kubeadmConfigPatches: [
      // Lessons run on hosts with either version of cgroups.
      stringify({ kind: 'KubeletConfiguration', failCgroupV1: false, maxPods: MAX_PODS }),
      ...(image.coredns === undefined
        ? []
        : [stringify({ kind: 'ClusterConfiguration', dns: { imageTag: image.coredns } })]),
      ...(spec.quickToNotice === true ? quickPatches() : []),
    ],
  });
}
