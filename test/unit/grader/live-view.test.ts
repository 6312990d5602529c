import { expect, test } from 'vitest';
import * as schemas from '../../../sandbox-server/grader/kubernetes/schemas.ts';
import { LiveViewSource } from '../../../sandbox-server/grader/live-view.ts';
import type { LiveView } from '../../../sandbox-server/protocol/live.ts';
import { FakeClock } from './fake-clock.ts';
import { FakeEngine, imageJson } from './fake-engine.ts';

const routes = () => ({
  '/images/json': [{ Id: 'sha256:1', RepoTags: ['shop:1', '<none>:<none>'], Size: 7 }],
  '/images/sha256:1/json': imageJson('sha256:1', ['shop:1'], ['a']),
  '/images/sha256:1/history': [
    { CreatedBy: 'CMD ["sh"]', Size: 0, Comment: '' },
    { CreatedBy: 'COPY . . # buildkit', Size: 7, Comment: '' },
  ],
  '/containers/json': [container('Exited (3) 2 seconds ago', 'exited')],
  '/networks': [
    { Id: 'n0', Name: 'host', Driver: 'host' },
    { Id: 'n1', Name: 'bridge', Driver: 'bridge', IPAM: { Config: [{ Subnet: '172.17.0.0/16' }] } },
  ],
  '/volumes': { Volumes: [{ Name: 'data', Driver: 'local', Labels: null }] },
});

function container(Status: string, State: string) {
  const Ports = [
    { PrivatePort: 80, PublicPort: 8080, Type: 'tcp' },
    { PrivatePort: 80, PublicPort: 8080, Type: 'tcp' },
  ];
  const Mounts = [{ Type: 'volume', Name: 'data', Source: '', Destination: '/d', RW: true }];
  return {
    Id: 'c1',
    Names: ['/web'],
    Image: 'shop:1',
    ImageID: 'sha256:1',
    State,
    Status,
    Ports,
    Mounts,
    NetworkSettings: { Networks: { bridge: {} } },
  };
}

function setUp() {
  const engine = new FakeEngine(routes());
  const clock = new FakeClock();
  const sent: LiveView[] = [];
  const errors: unknown[] = [];
  const source = new LiveViewSource({
    engine: engine.api,
    clock,
    onLive: (live) => sent.push(live),
    onError: (error) => errors.push(error),
  });
  return {
    engine,
    clock,
    sent,
    errors,
    source,
    [Symbol.dispose]: () => (source[Symbol.dispose](), engine[Symbol.dispose]()),
  };
}

test('a snapshot has images as layers, containers, networks and volumes', async () => {
  using live = setUp();
  live.source.setOn(true);
  await live.clock.advance(100);
  await expect.poll(() => live.sent.length).toBe(1);
  expect(live.sent[0]).toEqual({
    machine: 'host',
    images: [
      {
        id: 'sha256:1',
        tags: ['shop:1'],
        size: 7,
        createdAt: Date.parse('2026-01-02T03:04:05Z'),
        layers: [
          { diffId: 'a', instruction: 'COPY . .', size: 7 },
          { diffId: null, instruction: 'CMD ["sh"]', size: 0 },
        ],
      },
    ],
    containers: [
      {
        id: 'c1',
        name: 'web',
        image: 'shop:1',
        imageId: 'sha256:1',
        state: 'exited',
        status: 'Exited (3) 2 seconds ago',
        exitCode: 3,
        ports: [{ host: 8080, container: 80, protocol: 'tcp' }],
        networks: ['bridge'],
        volumes: ['data'],
      },
    ],
    networks: [{ id: 'n1', name: 'bridge', driver: 'bridge', subnet: '172.17.0.0/16' }],
    volumes: [{ name: 'data', driver: 'local' }],
  });
});

test('a flood of events costs few snapshots, images are asked for once, and what did not change is not sent', async () => {
  using live = setUp();
  live.source.setOn(true);
  await live.clock.advance(100);
  await expect.poll(() => live.sent.length).toBe(1);
  for (let i = 0; i < 100; i++) {
    live.engine.routes['/containers/json'] = [container(`Exited (3) ${i} seconds ago`, 'exited')];
    live.source.touch();
    await live.clock.advance(10);
  }
  const asked = (path: string) => live.engine.requests.filter((request) => request === `GET ${path}`).length;
  await expect.poll(() => asked('/images/json')).toBeGreaterThan(1);
  expect(asked('/images/json')).toBeLessThanOrEqual(5);
  expect(asked('/images/sha256:1/history')).toBe(1);
  expect(live.sent).toHaveLength(1);
  live.engine.routes['/containers/json'] = [container('Up 1 second', 'running')];
  live.source.touch();
  await live.clock.advance(500);
  await expect.poll(() => live.sent.length).toBe(2);
});

test('nothing is asked while it is off, and switching it on again sends anew', async () => {
  using live = setUp();
  live.source.touch();
  await live.clock.advance(1_000);
  expect(live.engine.requests).toEqual([]);
  live.source.setOn(true);
  await live.clock.advance(500);
  await expect.poll(() => live.sent.length).toBe(1);
  live.source.setOn(false);
  live.source.setOn(true);
  await live.clock.advance(500);
  await expect.poll(() => live.sent.length).toBe(2);
});

test('an engine that fails is reported and asked again at the next event', async () => {
  using live = setUp();
  const { '/volumes': volumes, ...others } = routes();
  live.engine.routes = others;
  live.source.setOn(true);
  await live.clock.advance(100);
  await expect.poll(() => live.errors.length).toBe(1);
  live.engine.routes = { ...others, '/volumes': volumes };
  live.source.touch();
  await live.clock.advance(500);
  await expect.poll(() => live.sent.length).toBe(1);
});

test('a change of the cluster is drawn once the cluster is known, without another look at the engine', async () => {
  using engine = new FakeEngine(routes());
  const clock = new FakeClock();
  const sent: LiveView[] = [];
  let known = false;
  const node = { metadata: { name: 'one' }, spec: {}, status: { conditions: [{ type: 'Ready', status: 'True' }] } };
  const nodes = new Map([['one', schemas.node.parse(node)]]);
  const rest = { pods: new Map(), deployments: new Map(), replicaSets: new Map(), services: new Map() };
  using source = new LiveViewSource({
    engine: engine.api,
    cluster: () => (known ? { nodes, slices: new Map(), warnings: new Map(), ...rest } : undefined),
    clock,
    onLive: (live) => sent.push(live),
    onError: () => undefined,
  });
  source.setOn(true);
  await clock.advance(1_000);
  await expect.poll(() => engine.requests).toContain('GET /images/sha256:1/history');
  await expect.poll(() => clock.pending).toBe(0);
  expect(sent).toEqual([]);
  const asked = engine.requests.length;
  known = true;
  source.touch('cluster');
  await clock.advance(1_000);
  await expect.poll(() => sent).toHaveLength(1);
  expect(sent[0]).toMatchObject({
    machine: 'host',
    cluster: { nodes: [{ name: 'one', ready: true, cordoned: false }] },
  });
  expect(engine.requests).toHaveLength(asked);
  source.touch();
  await clock.advance(1_000);
  await expect.poll(() => engine.requests.length).toBeGreaterThan(asked);
});
