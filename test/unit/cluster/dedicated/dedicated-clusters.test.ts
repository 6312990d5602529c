import { expect, test } from 'vitest';
import type { Clusters } from '../../../../sandbox-server/cluster/cluster.ts';
import { DedicatedClusters } from '../../../../sandbox-server/cluster/dedicated/dedicated-clusters.ts';
import { fakeApiServer } from '../../../support/fake-api-server.ts';
import { ManualClock } from '../../../support/manual-clock.ts';
import { RecordingLog } from '../../../support/recording-log.ts';

/** Clusters that are a list of names, all with one API server in which there is nothing. */
async function setUp(options: { reuse?: boolean; atMost?: number } = {}) {
  const api = await fakeApiServer(() => ({ status: 200, body: { items: [] } }));
  const there = new Set<string>();
  const broken = new Set<string>();
  const made: { id: string; early: boolean | undefined }[] = [];
  const clusters = {
    create: ({ id, nodes }, { early } = {}) => {
      there.add(id);
      made.push({ id, early });
      return Promise.resolve({ id, nodes });
    },
    access: (id) => (broken.has(id) ? Promise.reject(new Error(`${id} does not answer`)) : Promise.resolve(api.access)),
    endpoint: (id) => Promise.resolve({ network: id, host: id, port: 6443 }),
    revive: () => Promise.resolve(),
    destroy: (id) => Promise.resolve(void there.delete(id)),
  } satisfies Partial<Clusters> as unknown as Clusters;
  const log = new RecordingLog();
  const dedicated = new DedicatedClusters({
    ...{ clusters, log, clock: new ManualClock(), join: () => Promise.resolve(), isOther: () => false },
    ...options,
  });
  const dispose = () => {
    dedicated.release();
    api[Symbol.dispose]();
  };
  return { dedicated, there, broken, made, log, [Symbol.dispose]: dispose };
}
const wish = (id: string, nodes = 2) => ({ id, nodes });

test('a learner’s cluster is handed over early, and goes with its lab', async () => {
  using under = await setUp();
  await under.dedicated.obtain(wish('one'));
  expect(under.made).toEqual([{ id: 'one', early: true }]);
  await under.dedicated.close('one');
  expect([...under.there]).toEqual([]);
});

test('reused, a cluster of as many nodes is given to the next, and one of other nodes is not', async () => {
  using under = await setUp({ reuse: true });
  await under.dedicated.obtain(wish('one'));
  await under.dedicated.close('one');
  expect([...under.there]).toEqual(['one']);
  await under.dedicated.obtain(wish('three', 3));
  await under.dedicated.obtain(wish('two'));
  expect(under.made.map(({ id }) => id)).toEqual(['one', 'three']);
});

test('one that was put in order and does not work makes way for a new one', async () => {
  using under = await setUp({ reuse: true });
  await under.dedicated.obtain(wish('one'));
  await under.dedicated.close('one');
  under.broken.add('one');
  await under.dedicated.obtain(wish('two'));
  expect([...under.there]).toEqual(['two']);
  expect(under.log.at('warn')).toContain('a cluster that was put in order does not work');
});

test('at most so many at a time: the next one waits until one goes', async () => {
  using under = await setUp({ atMost: 1 });
  await under.dedicated.obtain(wish('one'));
  let isThere = false;
  const next = under.dedicated.obtain(wish('two')).then(() => (isThere = true));
  await new Promise((resolve) => setImmediate(resolve));
  expect([isThere, ...under.there]).toEqual([false, 'one']);
  await under.dedicated.close('one');
  await next;
  expect([...under.there]).toEqual(['two']);
});

test('whoever gives up waiting for one leaves the place to others', async () => {
  using under = await setUp({ atMost: 1 });
  await under.dedicated.obtain(wish('one'));
  const abort = new AbortController();
  const given = under.dedicated.obtain(wish('two'), { signal: abort.signal });
  abort.abort(new Error('stopped'));
  await expect(given).rejects.toThrow('stopped');
  const next = under.dedicated.obtain(wish('three'));
  await under.dedicated.close('one');
  await next;
  expect([...under.there]).toEqual(['three']);
});
