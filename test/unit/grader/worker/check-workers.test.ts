import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Clock, systemClock } from '../../../../sandbox-server/clock.ts';
import { KubernetesError } from '../../../../sandbox-server/cluster/kubernetes-error.ts';
import { EngineError } from '../../../../sandbox-server/grader/engine-reader.ts';
import type { Probes } from '../../../../sandbox-server/grader/probes.ts';
import { CheckWorkers } from '../../../../sandbox-server/grader/worker/check-workers.ts';

const labModule = pathToFileURL(`${import.meta.dirname}/../../../support/misbehaving-lab.ts`).href;
/** Patience of seconds is over in thirds of them; a busy machine gives a thread its turn within that. */
const hasty: Clock = { now: () => Date.now(), after: (ms, run) => systemClock.after(ms / 3, run) };

let workers: CheckWorkers;
beforeEach(() => void (workers = new CheckWorkers(hasty)));
afterEach(() => workers[Symbol.dispose]());

const asked: string[] = [];
let slow = Promise.resolve();
const probes: Probes = {
  machines: ['host'],
  engine: () => ({
    bytes: (encoded) => {
      const path = decodeURIComponent(encoded);
      asked.push(path);
      if (path.includes('shop:2')) return Promise.reject(new EngineError(404, 'no such image'));
      return Promise.resolve(Buffer.from(path.includes('/json') && !path.includes('shop') ? '[]' : IMAGE));
    },
  }),
  run: () => async (command) => {
    if (command.at(-1) === 'slow') await slow;
    const stdout = Buffer.from(command.includes('/etc/motd') ? 'welcome' : 'hi\n');
    return { exitCode: 0, stdout, stderr: Buffer.alloc(0), truncated: false };
  },
};
const IMAGE = JSON.stringify({ Id: 'sha256:1', RepoTags: [], Created: '2026-01-01T00:00:00Z', Size: 1 });
const run = (task: string, signal = new AbortController().signal) => workers.run({ labModule, task, probes, signal });

test('a check in its thread sees the sandbox and says what it says', async () => {
  expect(await run('passes')).toEqual({ kind: 'pass' });
  expect(await run('looks')).toEqual({ kind: 'notYet', view: { message: 'hi welcome', observed: 'shop:1' } });
  const missing = await run('missing');
  expect(missing).toMatchObject({ kind: 'notYet', missing: true, view: { message: 'There is no image shop:2.' } });
  expect(asked).toContain('/images/shop:2/json');
});

test('a check in its thread sees the cluster, if its lab has one', async () => {
  expect(await run('cluster')).toMatchObject({
    kind: 'broken',
    error: { message: expect.stringMatching(/no cluster/) },
  });
  const bytes = (path: string) => {
    if (path.endsWith('/pods')) return Promise.resolve(Buffer.from('{"items":[{"metadata":{"name":"web"}}]}'));
    if (path.endsWith('/pods/web'))
      return Promise.resolve(Buffer.from('{"metadata":{"name":"web"},"spec":{},"status":{}}'));
    return Promise.reject(new KubernetesError(404, 'no such pod'));
  };
  const withCluster: Probes = { ...probes, cluster: { namespace: 'lab-a', bytes } };
  const { signal } = new AbortController();
  expect(await workers.run({ labModule, task: 'cluster', probes: withCluster, signal })).toMatchObject({
    kind: 'notYet',
    missing: true,
    view: { message: 'There is no pod api.', observed: 'pods: web' },
  });
});

test('the thread has nothing of the server’s environment', async () => {
  expect(await run('environment')).toMatchObject({ kind: 'notYet', view: { message: '' } });
});

test.each(['throws', 'throws-later', 'hangs', 'loops', 'loops-after-looking', 'exits', 'devours'])(
  'a check that %s is broken, as ours, and the server goes on meanwhile',
  async (task) => {
    await run('passes');
    let turns = 0;
    const turning = setInterval(() => turns++, 20);
    const verdict = await run(task);
    clearInterval(turning);
    expect(verdict).toMatchObject({ kind: 'broken', view: { message: expect.stringContaining('our fault') } });
    expect(turns).toBeGreaterThanOrEqual(task.startsWith('loops') ? 5 : 0);
    expect(await run('passes')).toEqual({ kind: 'pass' });
  },
  30_000,
);

test('a check that loops takes nothing from the others of its lab', async () => {
  const gate = Promise.withResolvers<void>();
  slow = gate.promise;
  const others = [run('slow'), run('slow')];
  await sleep(100);
  const loops = run('loops');
  expect(await loops).toMatchObject({ kind: 'broken' });
  gate.resolve();
  expect(await Promise.all(others)).toEqual([{ kind: 'pass' }, { kind: 'pass' }]);
});

test('a run that is given up ends; disposed of twice, nothing is left', async () => {
  slow = new Promise<void>(() => undefined);
  const abort = new AbortController();
  const running = run('slow', abort.signal);
  await sleep(50);
  abort.abort(new Error('the session ended'));
  expect(await running).toMatchObject({ kind: 'broken' });
  const last = run('slow');
  workers[Symbol.dispose]();
  workers[Symbol.dispose]();
  expect(await last).toMatchObject({ kind: 'broken' });
});
