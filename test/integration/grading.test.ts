import { afterAll, beforeAll, expect, test } from 'vitest';
import type { SandboxRef } from '../../sandbox-server/backend/backend.ts';
import { LABEL, ownedBy } from '../../sandbox-server/backend/docker/labels.ts';
import { execToEnd } from '../../sandbox-server/backend/exec-to-end.ts';
import { systemClock } from '../../sandbox-server/clock.ts';
import { CheckClients } from '../../sandbox-server/grader/check-clients.ts';
import { type EngineEvent, watchEngineEvents } from '../../sandbox-server/grader/engine-events.ts';
import { Grader } from '../../sandbox-server/grader/grader.ts';
import { buildLiveView } from '../../sandbox-server/grader/live-snapshot.ts';
import { runCheck } from '../../sandbox-server/grader/run-check.ts';
import type { CheckContext } from '../../sandbox-server/lab/check-context.ts';
import type { Lab, LabTask } from '../../sandbox-server/lab/lab.ts';
import { NotYet } from '../../sandbox-server/lab/not-yet.ts';
import type { TaskView } from '../../sandbox-server/protocol/views.ts';
import { realBackend } from '../support/engine.ts';
import { eventClock } from '../support/event-clock.ts';
import { localChecks } from '../support/local-checks.ts';

const under = realBackend();
const { backend, docker, owner } = under;
let sandbox: SandboxRef;
let clients: CheckClients;

beforeAll(async () => {
  await backend.prepare();
  sandbox = await backend.create({ id: `grading${process.pid}`, machines: ['host'] });
  clients = new CheckClients({ backend, sandbox });
  const dockerfile = [
    'FROM busybox:1.37',
    'ENV COLOUR=blue',
    'WORKDIR /www',
    'RUN echo hello > index.html',
    'CMD ["httpd","-f"]',
  ];
  await learner(`mkdir site && printf '%s\\n' ${dockerfile.map((line) => `'${line}'`).join(' ')} > site/Dockerfile`);
  await learner(
    'docker pull -q busybox:1.37 && docker build -q -t site:1 site && docker run -d --name web -p 8080:80 -m 32m site:1',
  );
});

afterAll(async () => {
  clients[Symbol.dispose]();
  await under[Symbol.asyncDispose]();
});

/** What a learner does in their terminal. */
async function learner(code: string): Promise<string> {
  const result = await execToEnd(backend, sandbox, 'host', ['/bin/bash', '-lc', code]);
  expect(result.exitCode, String(result.stderr)).toBe(0);
  return result.stdout.toString();
}

const context = (): CheckContext => clients.context({ signal: AbortSignal.timeout(20_000) });
const verdict = (check: LabTask['check']) =>
  runCheck({ check, nearMisses: [] }, { context: (options) => clients.context(options), clock: systemClock });

test('an image says its configuration and which step made which layer', async () => {
  const { docker: engine } = context();
  const [site, base] = [await engine.image('site:1'), await engine.image('busybox:1.37')];
  expect(site).toMatchObject({
    tags: ['site:1'],
    config: { cmd: ['httpd', '-f'], workingDir: '/www', env: { COLOUR: 'blue' } },
  });
  const layers = site.layers();
  expect(layers.steps[layers.indexOfCommand(/^RUN/)]).toMatchObject({
    instruction: 'RUN echo hello > index.html',
    diffId: site.diffIds.at(-1),
  });
  expect(layers.steps[layers.indexOfCommand(/^ENV COLOUR/)]?.diffId).toBeNull();
  expect(layers.sharedWith(base)).toBe(base.diffIds.length);
});

test('a container says how it runs; its logs, commands, files and answers can be read', async () => {
  const { docker: engine, http } = context();
  const web = await engine.container('web');
  expect(web).toMatchObject({
    state: 'running',
    image: 'site:1',
    ports: [{ host: 8080, container: 80, protocol: 'tcp' }],
  });
  expect(await web.exec(['cat', 'index.html'])).toEqual({ exitCode: 0, stdout: 'hello\n', stderr: '' });
  expect(await web.readFile('/www/index.html')).toBe('hello\n');
  expect(await http('http://localhost:8080/')).toMatchObject({ status: 200, body: 'hello\n' });
  const refused = http('http://localhost:8081/');
  await expect(refused).rejects.toThrow('Nothing answers on http://localhost:8081/: connection refused.');
});

test('the live view shows what there is', async () => {
  const live = await buildLiveView(clients.engine(), AbortSignal.timeout(20_000));
  expect(live.images.map(({ tags }) => tags[0])).toContain('site:1');
  expect(live.containers).toMatchObject([{ name: 'web', state: 'running', networks: ['bridge'] }]);
});

test('a task is done when it becomes true, by the engine’s event alone', async () => {
  const done = Promise.withResolvers<void>();
  const lab: Lab = {
    sandbox: {},
    tasks: { tag: { check: async ({ docker: engine }) => void (await engine.image('site:2')), nearMisses: [] } },
  };
  using grader = new Grader({
    lab,
    check: (task, run) => localChecks(lab).run({ labModule: '', task, probes: clients, ...run }),
    clock: eventClock,
    onTask: (task: TaskView) => task.state === 'done' && done.resolve(),
    onPassed: () => undefined,
  });
  const end = new AbortController();
  const connected = Promise.withResolvers<void>();
  const watching = watchEngineEvents({
    engine: clients.engine(),
    clock: systemClock,
    signal: end.signal,
    onEvent: () => grader.trigger('event'),
    onConnected: () => connected.resolve(),
  });
  grader.setWatched(true);
  grader.start();
  await connected.promise;
  await learner('docker tag site:1 site:2');
  await done.promise;
  end.abort();
  await watching;
});

test('looking causes no events that would make it look again', async () => {
  const events: EngineEvent[] = [];
  const end = new AbortController();
  const connected = Promise.withResolvers<void>();
  const watching = watchEngineEvents({
    engine: clients.engine(),
    clock: systemClock,
    signal: end.signal,
    onEvent: (event) => events.push(event),
    onConnected: () => connected.resolve(),
  });
  await connected.promise;
  const web = await context().docker.container('web');
  await web.exec(['true']);
  await web.readFile('/www/index.html');
  await web.logs();
  await learner('docker volume create last');
  await expect.poll(() => events).toEqual([{ type: 'volume', action: 'create', id: 'last' }]);
  end.abort();
  await watching;
});

test('fakes in the learner’s reach change no verdict', async () => {
  const fakes = [
    'mkdir -p ~/bin ~/.docker/cli-plugins ~/.docker/contexts',
    'for name in docker curl cat head test env bash timeout sh; do printf "#!/bin/bash\\necho PASS\\nexit 0\\n" > ~/bin/$name; chmod +x ~/bin/$name; done',
    'cp ~/bin/docker ~/.docker/cli-plugins/docker-system; cp ~/bin/docker ~/.docker/cli-plugins/docker-image',
    `printf '{"currentContext":"mine","aliases":{"image":"system"},"plugins":{}}' > ~/.docker/config.json`,
    'printf "url = file:///etc/hostname\\nfail-early\\n" > ~/.curlrc',
    'for file in .bashrc .profile .bash_profile; do echo "export PATH=~/bin:/usr/bin LD_PRELOAD=/tmp/x.so BASH_ENV=~/env" > ~/$file; done',
    'echo "docker() { echo PASS; }; test() { return 0; }; exit 0" > ~/env',
  ];
  await execToEnd(backend, sandbox, 'host', ['/bin/bash', '-c', fakes.join('\n')]);
  expect(await verdict(async ({ docker: engine }) => void (await engine.image('shop:1')))).toMatchObject({
    kind: 'notYet',
  });
  expect(await verdict('docker image inspect shop:1')).toMatchObject({ kind: 'notYet' });
  expect(await verdict('test -e ~/never')).toMatchObject({ kind: 'notYet' });
  expect(await verdict(async ({ http }) => void (await http('http://localhost:8099/')))).toMatchObject({
    kind: 'notYet',
  });
  expect(await verdict(async ({ files }) => void (await files.read('never')))).toMatchObject({ kind: 'notYet' });
  // What is true is still seen to be.
  expect(await verdict('docker image inspect site:1')).toEqual({ kind: 'pass' });
  const replaced = await execToEnd(backend, sandbox, 'host', [
    '/bin/bash',
    '-c',
    'cp ~/bin/bash /bin/bash || cp ~/bin/curl /usr/bin/curl',
  ]);
  expect(replaced.exitCode).not.toBe(0);
});

test('a check that hangs is broken in time; one that asks a machine that is not there, too', async () => {
  const hanging: LabTask = {
    check: ({ exec }) => exec('sleep 3600', { timeout: 3_600_000 }).then(() => undefined),
    timeout: 300,
    nearMisses: [],
  };
  const result = await runCheck(hanging, { context: (options) => clients.context(options), clock: systemClock });
  expect(result).toMatchObject({ kind: 'broken' });
  expect(await verdict(async ({ machine }) => void (await machine('db').docker.images()))).toMatchObject({
    kind: 'broken',
  });
});

test('a pipe in place of a file, and a huge file, hold nothing up', async () => {
  await execToEnd(backend, sandbox, 'host', ['/bin/bash', '-c', 'mkfifo ~/pipe; head -c 5000000 /dev/zero > ~/huge']);
  const { files } = context();
  await expect(files.read('pipe')).rejects.toBeInstanceOf(NotYet);
  expect((await files.read('huge')).length).toBe(1024 * 1024);
});

test('ending the clients ends their processes in the sandbox', async () => {
  const own = new CheckClients({ backend, sandbox });
  await own.context({ signal: AbortSignal.timeout(20_000) }).docker.images();
  const filters = ownedBy(owner, sandbox.id);
  filters.label.push(`${LABEL.role}=engine`);
  const [engine] = await docker.listContainers({ filters });
  const dials = async () => {
    const { Processes } = (await docker.getContainer(engine!.Id).top()) as { Processes: string[][] };
    return Processes.filter((process) => process.at(-1)?.includes('dial-stdio')).length;
  };
  const before = await dials();
  expect(before).toBeGreaterThan(0);
  own[Symbol.dispose]();
  await expect.poll(dials).toBeLessThan(before);
});
