import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { kindConfiguration } from '../../../../sandbox-server/cluster/kind/configuration.ts';

const read = (text: string) => parse(text) as { nodes: { role: string }[]; kubeadmConfigPatches: string[] };

test('the first node is the control plane, the others are workers', () => {
  const { nodes } = read(kindConfiguration({ id: 'abcd', nodes: 3 }, {}));
  expect(nodes.map(({ role }) => role)).toEqual(['control-plane', 'worker', 'worker']);
});

test('kubelets run on either version of cgroups, with room for the pods of a class; CoreDNS is named only where it is another', () => {
  const patches = (image: { coredns?: string }) =>
    read(kindConfiguration({ id: 'abcd', nodes: 1 }, image)).kubeadmConfigPatches.map((text) => parse(text) as unknown);
  const kubelet = { kind: 'KubeletConfiguration', failCgroupV1: false, maxPods: 220 };
  expect(patches({})).toEqual([kubelet]);
  expect(patches({ coredns: 'v1.14.3' })).toEqual([
    kubelet,
    { kind: 'ClusterConfiguration', dns: { imageTag: 'v1.14.3' } },
  ]);
});
