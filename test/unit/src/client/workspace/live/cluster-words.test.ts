import { expect, test } from 'vitest';
import type { LiveCluster, LivePod } from '../../../../../../sandbox-server/protocol/live.ts';
import {
  clusterChanges,
  isBad,
  nodeLabel,
  nodeWords,
  podWords,
} from '../../../../../../src/client/workspace/live/cluster-words.ts';

const pod = (name: string, more: Partial<LivePod> = {}): LivePod => ({
  ...{
    id: name,
    name,
    image: 'nginx:1.26',
    status: 'Running',
    why: '',
    ready: true,
    restarts: 0,
    node: 'one',
    ...more,
  },
});
const cluster = (more: Partial<LiveCluster>): LiveCluster => ({
  ...{ nodes: [], pods: [], deployments: [], services: [], ...more },
});

test('what goes wrong is told apart from what is on its way', () => {
  for (const status of ['Running', 'Pending', 'ContainerCreating', 'Init:0/2', 'Completed', 'Terminating'])
    expect(isBad({ status }), status).toBe(false);
  for (const status of ['CrashLoopBackOff', 'ImagePullBackOff', 'Error', 'OOMKilled', 'Init:Error', 'Evicted'])
    expect(isBad({ status }), status).toBe(true);
  expect(podWords({ status: 'Running', ready: false })).toBe('Running, not ready');
  expect(nodeWords({ ready: false, cordoned: true })).toBe('not ready, takes no new pods');
});

test('a node is called by what tells it from the others', () => {
  const names = ['drydock-1-k8s-a-control-plane', 'drydock-1-k8s-a-worker', 'drydock-1-k8s-a-worker2'];
  const nodes = names.map((name) => ({ name }));
  expect(names.map((name) => nodeLabel(name, nodes))).toEqual(['control-plane', 'worker', 'worker2']);
  expect(nodeLabel('ip-10-0-0-1', [{ name: 'ip-10-0-0-1' }])).toBe('ip-10-0-0-1');
});

test('changes are phrases: of nodes, pods, Deployments and Services', () => {
  const before = cluster({
    nodes: [{ name: 'one', ready: true, cordoned: false }],
    pods: [pod('stays'), pod('dies'), pod('goes')],
    deployments: [{ name: 'web', replicas: 3, ready: 3, revisions: [] }],
    services: [{ name: 'web', type: 'ClusterIP', selects: '', sendsTo: ['a', 'b'], waitsFor: [] }],
  });
  const after = cluster({
    nodes: [{ name: 'one', ready: false, cordoned: false }],
    pods: [
      pod('stays'),
      pod('dies', { ready: false, restarts: 2 }),
      pod('comes', { status: 'Pending', why: 'no room', ready: false }),
    ],
    deployments: [{ name: 'web', replicas: 3, ready: 2, revisions: [] }],
    services: [{ name: 'web', type: 'ClusterIP', selects: '', sendsTo: ['a'], waitsFor: ['b'] }],
  });
  expect(clusterChanges(before, after)).toEqual([
    'node one not ready',
    'pod dies Running, not ready, restarted 2 times',
    'pod comes Pending: no room',
    'pod goes gone',
    'Deployment web 2 of 3 ready',
    'Service web sends to 1',
  ]);
  expect(clusterChanges(after, after)).toEqual([]);
});
