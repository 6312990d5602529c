import { expect, test } from 'vitest';
import { CLOSE } from '../../sandbox-server/protocol/close-codes.ts';
import { LABEL, ownedBy } from '../../sandbox-server/backend/docker/labels.ts';
import { EngineProxy } from '../support/engine-proxy.ts';
import { HELLO, SECOND, testServer, type TestServer } from '../support/test-server.ts';

async function container(server: TestServer, role: 'engine' | 'shell') {
  const filters = ownedBy(server.data.owner);
  filters.label.push(`${LABEL.role}=${role}`);
  const [found] = await server.docker.listContainers({ filters });
  return server.docker.getContainer(found!.Id);
}

test('the engine goes away in mid-session: everybody is told, the server runs on, and when it is back so is the lab', async () => {
  await using proxy = new EngineProxy();
  await proxy.appear();
  await using server = await testServer({ dockerodeOptions: proxy.dockerodeOptions });
  const learner = server.learner();
  const { session, events } = await learner.ready(HELLO);
  const id = session.terminals[0]!.id;
  const terminal = await learner.terminal(session.id, id);
  await terminal.runs('echo be""fore', 'before\r\n');

  await proxy.vanish();
  expect((await terminal.ended()).code).toBe(CLOSE.sandboxGone);
  const gone = {
    code: 'engine-gone',
    message: expect.stringContaining('does not answer'),
    fix: expect.stringContaining('npm run doctor'),
  };
  expect(await learner.request('GET', '/readyz')).toMatchObject({ status: 503, body: { ready: false, problem: gone } });
  expect(await learner.request('GET', '/api/status')).toMatchObject({
    status: 200,
    body: { labs: 'unavailable', problem: gone },
  });
  expect(await learner.request('GET', '/healthz')).toMatchObject({ status: 200 });
  expect(await learner.request('GET', '/')).toMatchObject({ status: 200 });
  const other = await learner.start(SECOND);
  const otherEvents = await learner.events(other.id);
  expect(await otherEvents.reaches('failed')).toMatchObject({ problem: gone });
  const broken = await learner.terminal(session.id, id, `?epoch=${terminal.hello!.epoch}&offset=${terminal.offset}`);
  await broken.ended();
  expect(broken.messages.at(-1)).toMatchObject({ type: 'error', ...gone });
  events.send({ type: 'check', task: 'run-hello' });
  const task = await events.taskIs('run-hello', 'broken', 30_000);
  expect(task.verdict?.message).not.toBe('');

  await proxy.appear();
  expect(await learner.request('GET', '/readyz')).toMatchObject({ status: 200, body: { ready: true } });
  const back = await learner.terminal(session.id, id, `?epoch=${terminal.hello!.epoch}&offset=${terminal.offset}`);
  await back.runs('docker run --name greeting hello-world; echo "ran" $?', 'ran 0', 20_000);
  expect(back.hello).toMatchObject({ resumed: true, missed: 0 });
  await events.taskIs('run-hello', 'done');
});

test('a machine that dies is started again with its files; the terminal opens again, and the learner is told', async () => {
  await using server = await testServer();
  const learner = server.learner();
  const { session, events } = await learner.ready(SECOND);
  const id = session.terminals[0]!.id;
  const terminal = await learner.terminal(session.id, id);
  await terminal.runs('echo mine > notes; echo wro""te', 'wrote\r\n');
  await (await container(server, 'engine')).kill();
  expect(await events.reaches('recovering')).toMatchObject({ notice: { code: 'recovering' } });
  await terminal.ended();
  const view = await events.reaches('ready');
  expect(view).toMatchObject({ notice: { code: 'recovered', message: expect.stringContaining('files are here') } });
  expect(view.terminals).toEqual(session.terminals);
  const back = await learner.terminal(session.id, id, `?epoch=${terminal.hello!.epoch}&offset=${terminal.offset}`);
  await back.runs('cat ~/notes; docker run --rm hello-world 2>&1 | grep -c Hello', 'mine\r\n1\r\n', 30_000);
  expect(back.hello).toMatchObject({ resumed: false });
  expect(back.hello!.epoch).not.toBe(terminal.hello!.epoch);
});

test('a learner who fills the memory ends that program or that sandbox only, and the server lives', async () => {
  await using server = await testServer();
  const [greedy, quiet] = [server.learner(), server.learner()];
  const one = await greedy.ready(SECOND);
  const two = await quiet.ready(SECOND);
  const hungry = await greedy.terminal(one.session.id, one.session.terminals[0]!.id);
  const calm = await quiet.terminal(two.session.id, two.session.terminals[0]!.id);
  await calm.runs('echo be""fore', 'before\r\n');
  hungry.type('tail /dev/zero; echo "ended" $?\r');
  await Promise.race([hungry.sees(/ended [1-9]\d*/, 45_000), one.events.reaches('failed')]);
  await calm.runs('echo af""ter', 'after\r\n');
  expect(await quiet.request('GET', '/healthz')).toMatchObject({ status: 200 });
});

test('a missing image fails the start with what to do', async () => {
  await using server = await testServer({ images: { shell: 'drydock/missing:1' } });
  const learner = server.learner();
  const { id } = await learner.start(SECOND);
  const events = await learner.events(id);
  const view = await events.reaches('failed');
  expect(view.problem).toMatchObject({ code: 'image-missing', fix: expect.stringContaining('npm run images') });
  expect(await learner.request('GET', '/healthz')).toMatchObject({ status: 200 });
  await expect
    .poll(async () => (await server.leftovers()).filter((name) => name.includes(id)), { timeout: 10_000 })
    .toEqual([]);
});
