import { expect, test } from 'vitest';
import { needRenewed } from '../../../../sandbox-server/cluster/kind/wait-for-nodes.ts';

const BEFORE = '2026-01-01T09:59:59.900000Z';
const SINCE = '2026-01-01T10:00:00.123456789Z';
const AFTER = '2026-01-01T10:00:01.000000Z';
/** The worker was started again. */
const WORKER = new Map([
  ['x-control-plane', '2026-01-01T08:00:00Z'],
  ['x-worker', SINCE],
]);
const ALL = new Map([...WORKER.keys()].map((node) => [node, SINCE]));

const leases = (renewed: Record<string, string>) =>
  Object.entries(renewed)
    .map(([name, time]) => `${name} ${time}\n`)
    .join('');
const nodes = { 'kube-node-lease/x-control-plane': AFTER, 'kube-node-lease/x-worker': AFTER };

test('a node that was started again is back when its kubelet has renewed its lease since', () => {
  needRenewed(leases({ ...nodes, 'kube-node-lease/x-control-plane': BEFORE }), WORKER, 'x-control-plane');
});

test.each([
  ['renewed before', { ...nodes, 'kube-node-lease/x-worker': BEFORE }],
  ['absent', { 'kube-node-lease/x-control-plane': AFTER }],
  ['without a time', { ...nodes, 'kube-node-lease/x-worker': '' }],
  ['in a namespace of a learner', { 'kube-node-lease/x-control-plane': AFTER, 'lab-a/x-worker': AFTER }],
])('it is not when its lease is %s', (_what, renewed) => {
  expect(() => needRenewed(leases(renewed), WORKER, 'x-control-plane')).toThrow(
    'The kubelet of x-worker has not come back.',
  );
});

test('a control plane that was started again is back when its controllers lead', () => {
  const both = { 'kube-system/kube-scheduler': AFTER, 'kube-system/kube-controller-manager': AFTER };
  needRenewed(leases({ ...nodes, ...both }), ALL, 'x-control-plane');
  const late = leases({ ...nodes, ...both, 'kube-system/kube-controller-manager': BEFORE });
  expect(() => needRenewed(late, ALL, 'x-control-plane')).toThrow('The kube-controller-manager has not come back.');
  needRenewed(late, WORKER, 'x-control-plane');
});

test('where controllers lead without an election, they are not waited for', () => {
  needRenewed(leases(nodes), ALL, 'x-control-plane');
});
