import { expect, test } from 'vitest';
import { KubernetesError } from '../../../../sandbox-server/cluster/kubernetes-error.ts';
import { SharedWatch } from '../../../../sandbox-server/grader/kubernetes/shared-watch.ts';
import { FakeClock } from '../fake-clock.ts';
import { FakeCluster } from './fake-cluster.ts';

const KINDS = 13;
const DRAWN = ['nodes', 'pods', 'services', 'deployments', 'replicasets', 'endpointslices', 'events'];

const pod = (namespace: string, name: string, version = '1') => ({
  metadata: { namespace, name, resourceVersion: version },
  spec: { containers: [] },
  status: { phase: 'Running' },
});
const node = (name: string) => ({ metadata: { name }, spec: {}, status: {} });

function setUp() {
  const clock = new FakeClock();
  const lost: unknown[] = [];
  const state = { cluster: new FakeCluster() };
  const shared = new SharedWatch({
    source: () => state.cluster,
    isSession: (namespace) => namespace.startsWith('lab-'),
    clock,
    onLost: (error) => lost.push(error),
  });
  const told: string[] = [];
  return { clock, lost, state, shared, told, join: (name: string) => shared.join(name, () => told.push(name)) };
}

/** All kinds are known, and there is nothing but these pods and one node. */
async function settled({ state, clock }: ReturnType<typeof setUp>, ...pods: object[]): Promise<void> {
  await clock.advance(0);
  for (const watch of state.cluster.open) {
    const objects = watch.path.endsWith('/pods') ? pods : watch.path.endsWith('/nodes') ? [node('one')] : [];
    watch.tellAll('10', ...objects);
  }
  await clock.advance(0);
}

const podsOf = (view: { objects: { pods: ReadonlyMap<string, unknown> } | undefined }) =>
  view.objects && [...view.objects.pods.keys()];

test('one watch of each kind serves all sessions, each of which sees its own namespace and the nodes', async () => {
  const under = setUp();
  using a = under.join('lab-a');
  expect(a.objects).toBeUndefined();
  await settled(under, pod('lab-a', 'x'), pod('lab-b', 'y'), pod('kube-system', 'z'));
  using b = under.join('lab-b');
  using stranger = under.join('kube-system');
  expect(under.state.cluster.watches.map(({ path }) => path)).toHaveLength(KINDS);
  expect([podsOf(a), podsOf(b), podsOf(stranger)]).toEqual([['x'], ['y'], []]);
  expect(b.objects?.nodes.has('one')).toBe(true);
});

test('a change is told to sessions of its namespace, one of a node to all, one elsewhere to nobody', async () => {
  const under = setUp();
  using _a = under.join('lab-a');
  using _b = under.join('lab-b');
  await settled(under);
  const toldBy = async (kind: string, object: object, type = 'MODIFIED') => {
    under.told.length = 0;
    under.state.cluster.of(kind).tell(type, object);
    await under.clock.advance(0);
    return under.told;
  };
  expect(await toldBy('pods', pod('lab-a', 'x'))).toEqual(['lab-a']);
  expect(await toldBy('pods', pod('lab-a', 'x'), 'DELETED')).toEqual(['lab-a']);
  expect(await toldBy('secrets', { metadata: { namespace: 'lab-b', name: 's' } })).toEqual(['lab-b']);
  expect(await toldBy('nodes', node('one'))).toEqual(['lab-a', 'lab-b']);
  expect(await toldBy('pods', pod('kube-system', 'x'))).toEqual([]);
});

test('one who comes later is told at once, as nothing need change any more', async () => {
  const under = setUp();
  using _a = under.join('lab-a');
  await settled(under);
  under.told.length = 0;
  using b = under.join('lab-b');
  expect(b.objects).toBeDefined();
  await under.clock.advance(0);
  expect(under.told).toEqual(['lab-b']);
});

test('watches end with the last session, and begin anew with the next', async () => {
  const under = setUp();
  const a = under.join('lab-a');
  const b = under.join('lab-b');
  await settled(under, pod('lab-b', 'y'));
  a[Symbol.dispose]();
  a[Symbol.dispose]();
  expect(a.objects).toBeUndefined();
  expect(under.state.cluster.open).toHaveLength(KINDS);
  expect(podsOf(b)).toEqual(['y']);
  b[Symbol.dispose]();
  expect(under.state.cluster.open).toEqual([]);
  await under.clock.advance(60_000);
  expect(under.state.cluster.watches).toHaveLength(KINDS);
  using again = under.join('lab-b');
  await settled(under);
  expect(podsOf(again)).toEqual([]);
  expect(under.lost).toEqual([]);
});

test('of what is not drawn, the API server sends metadata only', async () => {
  const under = setUp();
  using _a = under.join('lab-a');
  await under.clock.advance(0);
  const whole = under.state.cluster.open.filter(({ accept }) => accept === undefined).map(({ path }) => path);
  expect(whole.map((path) => path.split('/').at(-1)).sort()).toEqual(DRAWN.toSorted());
  expect(under.state.cluster.of('secrets').accept).toMatch(/as=PartialObjectMetadata/);
});

test('after a break it goes on from the last change that it saw', async () => {
  const under = setUp();
  using a = under.join('lab-a');
  await settled(under, pod('lab-a', 'x'));
  const first = under.state.cluster.of('pods');
  expect(first.query).toMatchObject({ sendInitialEvents: 'true', resourceVersionMatch: 'NotOlderThan' });
  first.tell('ADDED', pod('lab-a', 'y', '12'));
  // Also what it does not keep, and what only says how far it is.
  first.tell('ADDED', pod('kube-system', 'z', '13'));
  await under.clock.advance(0);
  first.tell('BOOKMARK', { metadata: { resourceVersion: '17' } });
  await under.clock.advance(0);
  first.stream.destroy(new Error('gone'));
  await under.clock.advance(250);
  const second = under.state.cluster.of('pods');
  expect(second.query).toMatchObject({ watch: 'true', resourceVersion: '17' });
  expect(second.query).not.toHaveProperty('sendInitialEvents');
  expect(podsOf(a)).toEqual(['x', 'y']);
  second.tell('DELETED', pod('lab-a', 'x', '18'));
  await under.clock.advance(0);
  expect(podsOf(a)).toEqual(['y']);
  expect(under.lost).toHaveLength(1);
});

test.each([
  ['as an answer', (cluster: FakeCluster) => (cluster.refusal = new KubernetesError(410, 'too old'))],
  ['in the stream', (cluster: FakeCluster) => cluster.of('pods').tell('ERROR', { code: 410, message: 'too old' })],
])('where that is too long ago, said %s, it is told all anew, and sees what is gone', async (_how, refuse) => {
  const under = setUp();
  using a = under.join('lab-a');
  await settled(under, pod('lab-a', 'x'), pod('lab-a', 'y'));
  refuse(under.state.cluster);
  const first = under.state.cluster.of('pods');
  await under.clock.advance(0);
  if (first.isOpen) first.stream.end();
  await under.clock.advance(5_000);
  const again = under.state.cluster.of('pods');
  expect(again.query).toMatchObject({ sendInitialEvents: 'true' });
  // Until then, what was known stands.
  again.tell('ADDED', pod('lab-a', 'y'));
  await under.clock.advance(0);
  expect(podsOf(a)).toEqual(['x', 'y']);
  again.tellAll('99');
  await under.clock.advance(0);
  expect(podsOf(a)).toEqual(['y']);
});

test('a cluster in the place of another is told of from nothing', async () => {
  const under = setUp();
  using a = under.join('lab-a');
  await settled(under, pod('lab-a', 'x'));
  const before = under.state.cluster;
  under.state.cluster = new FakeCluster();
  for (const { stream } of before.open) stream.destroy(new Error('gone'));
  await under.clock.advance(250);
  expect(under.state.cluster.of('pods').query).toMatchObject({ sendInitialEvents: 'true' });
  await settled(under, pod('lab-a', 'new'));
  expect(podsOf(a)).toEqual(['new']);
});

test('while there is no cluster, it is asked for again', async () => {
  const clock = new FakeClock();
  const cluster = new FakeCluster();
  const lost: unknown[] = [];
  let isThere = false;
  const source = () => {
    if (!isThere) throw new Error('no cluster');
    return cluster;
  };
  const shared = new SharedWatch({ source, isSession: () => true, clock, onLost: (error) => lost.push(error) });
  using _a = shared.join('lab-a', () => undefined);
  await clock.advance(0);
  expect(lost).toHaveLength(KINDS);
  isThere = true;
  await clock.advance(250);
  expect(cluster.open).toHaveLength(KINDS);
});

test('of one namespace no more than its quota allows is kept, and what cannot be read is as good as absent', async () => {
  const under = setUp();
  using a = under.join('lab-a');
  using b = under.join('lab-b');
  const many = Array.from({ length: 600 }, (_, index) => pod('lab-a', `p${index}`));
  const strange = { metadata: { namespace: 'lab-b', name: 'strange' }, spec: 'nothing of ours' };
  await settled(under, ...many, strange, pod('lab-b', 'y'));
  await expect.poll(() => podsOf(a)).toHaveLength(500);
  expect(podsOf(b)).toEqual(['y']);
});
