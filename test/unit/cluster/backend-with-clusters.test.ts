import { text } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import type { SandboxRef, SandboxSpec } from '../../../sandbox-server/backend/backend.ts';
import { PATHS } from '../../../sandbox-server/backend/paths.ts';
import { BackendWithClusters } from '../../../sandbox-server/cluster/backend-with-clusters.ts';
import type { ClusterSource } from '../../../sandbox-server/cluster/cluster-source.ts';
import type { ClusterSessions } from '../../../sandbox-server/cluster/sessions/cluster-sessions.ts';
import { DrydockError } from '../../../sandbox-server/errors.ts';
import { fakeExec } from '../../support/fake-exec.ts';
import { ManualClock, settle } from '../../support/manual-clock.ts';
import { MemoryBackend } from '../../support/memory-backend.ts';
import { RecordingLog } from '../../support/recording-log.ts';

const SPEC: SandboxSpec = { id: 'abcd', machines: ['host'], cluster: 'shared' };
const TOKEN_FILE = PATHS.kubeconfig.replace(/config$/, 'token');

/** A cluster that is a map; tokens are counted. */
class MapSource implements ClusterSource {
  readonly open = new Set<string>();
  readonly closed: string[] = [];
  tokens = 0;
  isUp = true;
  readonly #sessions = {
    open: (session: { id: string }) => {
      this.open.add(session.id);
      return Promise.resolve({ kubeconfig: 'kubeconfig', token: `token ${++this.tokens}` });
    },
    token: () => Promise.resolve(`token ${++this.tokens}`),
  } as unknown as ClusterSessions;

  obtain = () => Promise.resolve(this.#sessions);
  now = () => (this.isUp ? this.#sessions : undefined);
  list = () => Promise.resolve([...this.open]);
  look = () => undefined;
  working = (ids: readonly string[]) => Promise.resolve(new Set(ids.filter((id) => this.isUp && this.open.has(id))));
  close = (id: string) => {
    this.closed.push(id);
    this.open.delete(id);
    return Promise.resolve();
  };
  revive = (id: string) =>
    this.open.has(id) ? Promise.resolve(this.#sessions) : Promise.reject(new DrydockError('cluster-lost'));
}

/** Keeps what was last written to each file. */
class WritingBackend extends MemoryBackend {
  readonly files = new Map<string, string>();

  override exec(sandbox: SandboxRef, machine: string, command: readonly string[]) {
    if (command[3] !== 'sh') return super.exec(sandbox, machine, command);
    const exec = fakeExec();
    void text(exec.inside).then((written) => {
      this.files.set(command[4]!, written);
      exec.end(0);
    });
    return Promise.resolve(exec);
  }
}

function setUp() {
  const machines = new WritingBackend();
  const [shared, dedicated] = [new MapSource(), new MapSource()];
  const [clock, log] = [new ManualClock(), new RecordingLog()];
  const sources = { shared, dedicated };
  const watch = () => ({ join: () => ({ objects: undefined, [Symbol.dispose]: () => undefined }) });
  const backend = new BackendWithClusters({
    backend: machines,
    sources,
    watch,
    server: 'https://kubernetes',
    clock,
    log,
  });
  return { backend, machines, shared, dedicated, clock, log };
}

test('a sandbox gets its kubeconfig and token before anybody gets a shell', async () => {
  const { backend, machines, shared } = setUp();
  const seen: unknown[] = [];
  await backend.create(SPEC, { onShells: () => Promise.resolve(void seen.push(Object.fromEntries(machines.files))) });
  expect(seen).toEqual([{ [PATHS.kubeconfig]: 'kubeconfig', [TOKEN_FILE]: 'token 1' }]);
  expect([...shared.open]).toEqual(['abcd']);
});

test('it asks the kind of cluster that the lab wants, and none where it wants none', async () => {
  const { backend, shared, dedicated } = setUp();
  await backend.create({ ...SPEC, id: 'own1', cluster: 'dedicated', nodes: 3 });
  await backend.create({ id: 'none', machines: ['host'] });
  expect([[...shared.open], [...dedicated.open]]).toEqual([[], ['own1']]);
});

test('when its machines cannot be made, its part of the cluster goes', async () => {
  const { backend, machines, shared } = setUp();
  machines.onCreate = () => Promise.reject(new Error('no machine'));
  await expect(backend.create(SPEC)).rejects.toThrow('no machine');
  expect(shared.closed).toEqual(['abcd']);
});

test('its token is renewed every quarter of an hour, and of one that a server takes up again at once', async () => {
  const { backend, machines, shared, clock } = setUp();
  using _watching = backend.watch(() => undefined);
  await backend.create(SPEC);
  await clock.advance(15 * 60_000);
  expect(machines.files.get(TOKEN_FILE)).toBe('token 2');
  await clock.advance(15 * 60_000);
  expect(machines.files.get(TOKEN_FILE)).toBe('token 3');

  const next = setUp();
  next.shared.open.add('abcd');
  next.machines.sandboxes.set('abcd', SPEC);
  await next.backend.statAll([SPEC]);
  await settle();
  expect(next.machines.files.get(TOKEN_FILE)).toBe('token 1');
  await next.backend.statAll([SPEC]);
  await settle();
  expect(next.shared.tokens).toBe(1);
  expect(shared.tokens).toBe(3);
});

test('one whose cluster is away is told as degraded, and gets a fresh token when it is back', async () => {
  const { backend, machines, shared } = setUp();
  await backend.create(SPEC);
  shared.isUp = false;
  expect(await backend.stat(SPEC)).toEqual({ state: 'degraded', down: ['cluster'] });
  await expect(
    backend.reader(SPEC)!.bytes('/api/v1/namespaces/lab-abcd/pods', { signal: new AbortController().signal }),
  ).rejects.toMatchObject({ code: 'cluster-lost' });
  shared.isUp = true;
  await backend.revive(SPEC);
  expect(machines.files.get(TOKEN_FILE)).toBe('token 2');
  expect(await backend.stat(SPEC)).toEqual({ state: 'running', down: [] });
});

test('one whose part of the cluster is gone is lost', async () => {
  const { backend, shared } = setUp();
  await backend.create(SPEC);
  shared.open.clear();
  await expect(backend.revive(SPEC)).rejects.toMatchObject({ code: 'cluster-lost' });
});

test('destroying removes it everywhere; what a cluster still has is listed', async () => {
  const { backend, machines, shared, dedicated, log } = setUp();
  await backend.create(SPEC);
  shared.close = () => Promise.reject(new Error('away'));
  await backend.destroy('abcd');
  expect(machines.sandboxes.size).toBe(0);
  expect(dedicated.closed).toEqual(['abcd']);
  expect(await backend.list()).toEqual(['abcd']);
  expect(log.at('warn')).toHaveLength(1);
});
