import { expect, test } from 'vitest';
import { needRenewed } from '../../../../sandbox-server/cluster/kind/wait-for-nodes.ts';

const STARTED = new Map([['x-worker', '2026-01-01T10:00:00.123456789Z']]);

test('a node that was started again is back when its kubelet has renewed its lease since', () => {
  needRenewed('x-control-plane 2026-01-01T09:00:00.000000Z\nx-worker 2026-01-01T10:00:01.000000Z\n', STARTED);
});

test.each([
  ['renewed before', 'x-worker 2026-01-01T09:59:59.900000Z\n'],
  ['absent', 'x-control-plane 2026-01-01T10:00:01.000000Z\n'],
  ['without a time', 'x-worker \n'],
])('it is not when its lease is %s', (_what, leases) => {
  expect(() => needRenewed(leases, STARTED)).toThrow('The kubelet of x-worker has not come back.');
});
