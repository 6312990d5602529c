import { expect, test } from 'vitest';
import { freshNodes } from '../../../../sandbox-server/cluster/dedicated/fresh-nodes.ts';

test('cordons, taints, labels and power go; what the cluster set itself stays', async () => {
  const sent: unknown[][] = [];
  const items = [
    {
      metadata: {
        name: 'control-plane',
        labels: { 'kubernetes.io/os': 'linux', 'node-role.kubernetes.io/control-plane': '' },
      },
      spec: { taints: [{ key: 'node-role.kubernetes.io/control-plane', effect: 'NoSchedule' }] },
    },
    {
      metadata: { name: 'worker', labels: { 'beta.kubernetes.io/arch': 'amd64', disk: 'fast', 'shop.test/rack': '1' } },
      spec: {
        unschedulable: true,
        taints: [
          { key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' },
          { key: 'mine', value: 'yes', effect: 'NoExecute' },
        ],
      },
    },
  ];
  await freshNodes({
    get: () => Promise.resolve({ items }),
    send: (...request) => Promise.resolve(void sent.push(request)),
  });
  const patch = (name: string, labels: object, taints: unknown) => [
    'PATCH',
    `/api/v1/nodes/${name}`,
    { metadata: { annotations: { 'drydock/power': null }, labels }, spec: { unschedulable: null, taints } },
    'application/merge-patch+json',
  ];
  expect(sent).toEqual([
    patch('control-plane', {}, [{ key: 'node-role.kubernetes.io/control-plane', effect: 'NoSchedule' }]),
    patch('worker', { disk: null, 'shop.test/rack': null }, null),
  ]);
});
