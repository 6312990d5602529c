import { expect, test } from 'vitest';
import type { Clusters, ClusterStatus } from '../../../../sandbox-server/cluster/cluster.ts';
import { BackendWithClusters } from '../../../../sandbox-server/cluster/backend-with-clusters.ts';
import { SharedCluster } from '../../../../sandbox-server/cluster/shared/shared-cluster.ts';
import { type Answer, fakeApiServer } from '../../../support/fake-api-server.ts';
import { ManualClock } from '../../../support/manual-clock.ts';
import { MemoryBackend } from '../../../support/memory-backend.ts';
import { RecordingLog } from '../../../support/recording-log.ts';

const SPEC = { id: 'abcd', machines: ['host'], cluster: 'shared' } as const;
const ACCOUNT = '/api/v1/namespaces/lab-abcd/serviceaccounts/default';
const LOOK_MS = 10_000;

const WORKS = { status: 200, body: { status: { hard: { pods: '20' }, token: 'secret' } } };

/** Sandboxes in a map, with a part of a cluster whose API server answers as it is told, and whose state is what a test says. */
async function setUp(answer: (asked: string, count: number) => Answer | undefined = () => undefined) {
  const fake = await fakeApiServer((asked, count) => answer(asked, count) ?? WORKS);
  const status: ClusterStatus = { state: 'running', down: [], answers: true };
  const calls: string[] = [];
  const clusters: Clusters = {
    create: ({ id, nodes }) => Promise.resolve({ id, nodes }),
    list: () => Promise.resolve([]),
    unfinished: () => Promise.resolve([]),
    stat: () => Promise.resolve({ ...status }),
    revive: () => {
      calls.push('revive');
      Object.assign(status, { state: 'running', down: [], answers: true });
      return Promise.resolve();
    },
    access: () => Promise.resolve(fake.access),
    endpoint: () => Promise.resolve({ network: 'n', host: 'h', port: 6443 }),
    destroy: () => Promise.resolve(),
    setPower: () => Promise.resolve(),
    reconcile: () => Promise.resolve(),
  };
  const clock = new ManualClock();
  const log = new RecordingLog();
  const cluster = new SharedCluster({ clusters, clock, log, join: () => Promise.resolve() });
  const backend = new BackendWithClusters({
    backend: new MemoryBackend(),
    sources: { shared: cluster, dedicated: cluster },
    watch: () => ({ join: () => ({ objects: undefined, [Symbol.dispose]: () => undefined }) }),
    server: 'https://k:6443',
    clock,
    log,
  });
  await cluster.takeUp();
  return {
    ...{ backend, cluster, clock, fake, status, calls },
    async [Symbol.asyncDispose]() {
      await cluster.release();
      fake[Symbol.dispose]();
    },
  };
}

test('an API server that is late now and then stays the one that is asked', async () => {
  await using lab = await setUp();
  const before = lab.cluster.now();
  expect(before).toBeDefined();
  for (let round = 0; round < 3; round++) {
    lab.status.state = 'degraded';
    await lab.clock.advance(2 * LOOK_MS);
    lab.status.state = 'running';
    await lab.clock.advance(LOOK_MS);
  }
  expect(lab.cluster.now()).toBe(before);
  lab.status.state = 'degraded';
  await lab.clock.advance(3 * LOOK_MS);
  await expect.poll(() => lab.calls).toEqual(['revive']);
  await expect.poll(() => lab.cluster.now()).toBeDefined();
  expect(lab.cluster.now()).not.toBe(before);
});

test('a node that is down is started again at the next look', async () => {
  await using lab = await setUp();
  Object.assign(lab.status, { state: 'degraded', down: ['x-control-plane'] });
  await lab.clock.advance(LOOK_MS);
  await expect.poll(() => lab.calls).toEqual(['revive']);
});

test('a lab that is starting when the cluster is started again gets its part of it all the same', async () => {
  let hangs = true;
  await using lab = await setUp((asked) => (hangs && asked === `GET ${ACCOUNT}` ? () => undefined : undefined));
  const made = lab.backend.create(SPEC);
  await expect.poll(() => lab.fake.requests).toContain(`GET ${ACCOUNT}`);
  hangs = false;
  Object.assign(lab.status, { state: 'degraded', down: ['x-control-plane'] });
  await lab.clock.advance(LOOK_MS);
  lab.fake.server.closeAllConnections();
  expect(await made).toMatchObject({ id: 'abcd' });
  expect(lab.calls).toEqual(['revive']);
});

test('a lab that the cluster refuses is told so, and nothing of it stays', async () => {
  await using lab = await setUp((asked) =>
    asked === 'PATCH /api/v1/namespaces/lab-abcd' ? { status: 422, body: { message: 'no' } } : undefined,
  );
  await expect(lab.backend.create(SPEC)).rejects.toMatchObject({ status: 422 });
  expect(lab.fake.requests).toContain('DELETE /api/v1/namespaces/lab-abcd');
});
