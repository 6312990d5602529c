import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { pack } from 'tar-stream';
import { expect, test } from 'vitest';
import { dockerChecks } from '../../../sandbox-server/grader/docker-checks.ts';
import { NotYet } from '../../../sandbox-server/lab/not-yet.ts';
import { containerJson, FakeEngine, imageJson, NEVER } from './fake-engine.ts';

const history = [{ CreatedBy: 'CMD ["sh"]', Size: 0, Comment: '' }];

function frame(stream: number, text: string): Buffer {
  const header = Buffer.alloc(8);
  header[0] = stream;
  header.writeUInt32BE(Buffer.byteLength(text), 4);
  return Buffer.concat([header, Buffer.from(text)]);
}

async function tar(header: Parameters<ReturnType<typeof pack>['entry']>[0], text = ''): Promise<Buffer> {
  const archive = pack();
  archive.entry(header, text);
  archive.finalize();
  return await buffer(Readable.from(archive));
}

async function notYet(promise: Promise<unknown>): Promise<NotYet> {
  const reason: unknown = await promise.catch((error: unknown) => error);
  expect(reason).toBeInstanceOf(NotYet);
  return reason as NotYet;
}

test('an image is found by its name, slashes and all', async () => {
  using engine = new FakeEngine({
    '/images/team/shop:1/json': imageJson('sha256:1', ['team/shop:1'], ['a']),
    '/images/sha256:1/history': history,
  });
  const image = await dockerChecks(engine.api, NEVER).image('team/shop:1');
  expect(image).toMatchObject({
    subject: 'image team/shop:1',
    tags: ['team/shop:1'],
    createdAt: new Date('2026-01-02T03:04:05Z'),
  });
});

test('a missing image is "not yet", in a message that stays the same whatever else there is', async () => {
  using engine = new FakeEngine({
    '/images/json': [{ Id: 'sha256:2' }],
    '/images/sha256:2/json': imageJson('sha256:2', ['busybox:1.37'], []),
  });
  const docker = dockerChecks(engine.api, NEVER);
  const error = await notYet(docker.image('shop:1'));
  expect(error.message).toBe('There is no image shop:1.');
  expect(error.details).toEqual({
    subject: 'image shop:1',
    expected: 'image shop:1',
    observed: 'images: busybox:1.37',
    missing: true,
  });
  expect(await docker.hasImage('shop:1')).toBe(false);
});

test('other errors of the engine are not "not yet"', async () => {
  using engine = new FakeEngine({
    '/images/shop:1/json': (_request: unknown, response: { statusCode: number; end: (text: string) => void }) => {
      response.statusCode = 500;
      response.end('{"message":"disk full"}');
    },
  });
  await expect(dockerChecks(engine.api, NEVER).image('shop:1')).rejects.not.toBeInstanceOf(NotYet);
});

test('a container says its state, ports once, mounts, networks and limits', async () => {
  using engine = new FakeEngine({ '/containers/web/json': containerJson('c1', 'web') });
  const web = await dockerChecks(engine.api, NEVER).container('web');
  expect(web).toMatchObject({
    subject: 'container web',
    name: 'web',
    state: 'running',
    ports: [
      { host: 8080, container: 80, protocol: 'tcp' },
      { container: 443, protocol: 'tcp' },
    ],
    mounts: [{ type: 'volume', name: 'data', destination: '/data', writable: false }],
    networks: [{ name: 'bridge', ip: '172.17.0.2', dnsNames: [] }],
    limits: { memoryBytes: 1024, cpus: 0.5, pids: 0 },
    health: 'none',
  });
});

test('a stopped container has the ports that were asked for, and runs nothing', async () => {
  const stopped = {
    State: { Status: 'exited', ExitCode: 137, StartedAt: '0001-01-01T00:00:00Z' },
    NetworkSettings: { Networks: {}, Ports: {} },
  };
  using engine = new FakeEngine({ '/containers/web/json': containerJson('c1', 'web', stopped) });
  const web = await dockerChecks(engine.api, NEVER).container('web');
  expect(web).toMatchObject({
    state: 'exited',
    exitCode: 137,
    startedAt: undefined,
    ports: [{ host: 8080, container: 80 }],
  });
  expect((await notYet(web.exec(['true']))).message).toBe('The container web is not running.');
});

test('a container says how it is watched over: policy, restarts, health check and what it printed last', async () => {
  const watched = {
    Created: '2026-01-02T03:04:00Z',
    RestartCount: 2,
    State: {
      Status: 'running',
      StartedAt: '2026-01-02T03:04:05Z',
      FinishedAt: '2026-01-02T03:04:04Z',
      Health: { Status: 'unhealthy', Log: [{ Output: 'fine' }, { Output: 'refused' }] },
    },
    Config: { Image: 'api', Healthcheck: { Test: ['CMD', 'check'], Interval: 1e9, Timeout: 2e9, Retries: 3 } },
    HostConfig: { NetworkMode: 'shop', RestartPolicy: { Name: 'on-failure', MaximumRetryCount: 4 } },
    NetworkSettings: { Networks: { shop: { IPAddress: '', DNSNames: ['api', 'c1'] } }, Ports: {} },
  };
  using engine = new FakeEngine({ '/containers/api/json': containerJson('c1', 'api', watched) });
  const api = await dockerChecks(engine.api, NEVER).container('api');
  expect(api).toMatchObject({
    createdAt: new Date('2026-01-02T03:04:00Z'),
    finishedAt: new Date('2026-01-02T03:04:04Z'),
    restarts: 2,
    restartPolicy: { name: 'on-failure', retries: 4 },
    networkMode: 'shop',
    networks: [{ name: 'shop', dnsNames: ['api', 'c1'] }],
    health: 'unhealthy',
    healthcheck: { test: ['CMD', 'check'], intervalMs: 1000, timeoutMs: 2000, retries: 3 },
    healthOutput: 'refused',
  });
});

test('without a health check and a policy, a container has neither', async () => {
  const plain = { Config: { Image: 'api', Healthcheck: { Test: ['NONE'] } } };
  using engine = new FakeEngine({ '/containers/api/json': containerJson('c1', 'api', plain) });
  const api = await dockerChecks(engine.api, NEVER).container('api');
  expect(api).toMatchObject({ restartPolicy: { name: 'no', retries: 0 }, finishedAt: undefined, healthOutput: '' });
  expect(api.healthcheck).toBeUndefined();
});

test('a container that ends before a command can run in it is "not yet", not a broken check', async () => {
  type Response = NodeJS.WritableStream & { statusCode: number };
  using engine = new FakeEngine({
    '/containers/web/json': containerJson('c1', 'web'),
    '/containers/c1/exec': (_request: unknown, response: Response) => {
      response.statusCode = 409;
      response.end('{"message":"container c1 is not running"}');
    },
  });
  const web = await dockerChecks(engine.api, NEVER).container('web');
  expect((await notYet(web.exec(['true']))).message).toBe('The container web is not running.');
});

test('logs, commands and files of a container are read', async () => {
  const link = await tar({ name: 'conf', type: 'symlink', linkname: '../etc/real' });
  const file = await tar({ name: 'real' }, 'listen 80;');
  type Response = NodeJS.WritableStream & { statusCode: number };
  using engine = new FakeEngine({
    '/containers/web/json': containerJson('c1', 'web'),
    '/containers/c1/logs': (_request: unknown, response: Response) =>
      response.end(Buffer.concat([frame(1, 'one\n'), frame(2, 'two\n')])),
    '/containers/c1/exec': { Id: 'e1' },
    '/exec/e1/start': (_request: unknown, response: Response) =>
      response.end(Buffer.concat([frame(2, 'bad'), frame(1, 'out')])),
    '/exec/e1/json': { ExitCode: 3 },
    '/containers/c1/archive': (request: { url: string }, response: Response) => {
      const path = new URL(request.url, 'http://x').searchParams.get('path');
      if (path === '/app/conf') return response.end(link);
      if (path === '/etc/real') return response.end(file);
      response.statusCode = 404;
      return response.end('{"message":"Could not find the file"}');
    },
  });
  const web = await dockerChecks(engine.api, NEVER).container('web');
  expect(await web.logs()).toBe('one\ntwo\n');
  expect(await web.exec(['x'])).toEqual({ exitCode: 3, stdout: 'out', stderr: 'bad' });
  expect(await web.readFile('/app/conf')).toBe('listen 80;');
  expect((await notYet(web.readFile('/none'))).message).toBe('There is no file /none in container web.');
});

test('lists never say "not yet", and leave out what vanished meanwhile', async () => {
  using engine = new FakeEngine({
    '/containers/json': [
      {
        Id: 'c1',
        Names: ['/web'],
        Image: 'x',
        ImageID: 'y',
        State: 'running',
        Status: 'Up',
        Ports: [],
        NetworkSettings: null,
        Mounts: null,
      },
      {
        Id: 'gone',
        Names: ['/gone'],
        Image: 'x',
        ImageID: 'y',
        State: 'exited',
        Status: '',
        Ports: null,
        NetworkSettings: null,
        Mounts: null,
      },
    ],
    '/containers/c1/json': containerJson('c1', 'web'),
    '/volumes': { Volumes: null },
    '/networks': [{ Id: 'n1', Name: 'shop', Driver: 'bridge', Internal: false, IPAM: null, Containers: null }],
    '/networks/n1': {
      Id: 'n1',
      Name: 'shop',
      Driver: 'bridge',
      IPAM: { Config: [{ Subnet: '10.0.0.0/24' }] },
      Containers: { c1: { Name: 'web', IPv4Address: '10.0.0.2/24' } },
    },
  });
  const docker = dockerChecks(engine.api, NEVER);
  expect((await docker.containers()).map(({ name }) => name)).toEqual(['web']);
  expect(await docker.volumes()).toEqual([]);
  expect(await docker.networks()).toMatchObject([
    { subnets: ['10.0.0.0/24'], containers: [{ name: 'web', ip: '10.0.0.2' }] },
  ]);
  expect((await notYet(docker.volume('data'))).details.observed).toBe('no volumes at all');
});

test('events of containers are those up to now by the engine’s own clock', async () => {
  const events = [
    { Type: 'container', Action: 'kill', Actor: { ID: 'c1', Attributes: { name: 'red', signal: '9' } } },
    { Type: 'container', Action: 'die', Actor: { ID: 'c1', Attributes: { name: 'red', exitCode: '137' } } },
  ];
  let asked: URLSearchParams | undefined;
  using engine = new FakeEngine({
    '/info': { SystemTime: '2026-01-02T03:04:05.5Z' },
    '/events': (request: { url: string }, response: { end: (text: string) => void }) => {
      asked = new URL(request.url, 'http://docker').searchParams;
      response.end(events.map((event) => `${JSON.stringify(event)}\n`).join(''));
    },
  });
  expect(await dockerChecks(engine.api, NEVER).containerEvents()).toEqual([
    { action: 'kill', id: 'c1', name: 'red' },
    { action: 'die', id: 'c1', name: 'red' },
  ]);
  expect(asked?.get('until')).toBe('1767323045.500');
  expect(asked?.get('filters')).toBe('{"type":["container"]}');
});
