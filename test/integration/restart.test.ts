import { once } from 'node:events';
import { expect, test } from 'vitest';
import { CLOSE } from '../../sandbox-server/protocol/close-codes.ts';
import type { MeView } from '../../sandbox-server/protocol/views.ts';
import { leftovers, realDocker, sandboxesOf, sandboxLeftovers } from '../support/engine.ts';
import { Learner } from '../support/learner.ts';
import { ServerProcess } from '../support/server-process.ts';
import { dataFolder, HELLO, SECOND, THIRD } from '../support/test-server.ts';

/** A server process with a lab that has run a command. */
async function withLab(data: ReturnType<typeof dataFolder>) {
  const server = await ServerProcess.start(data);
  const learner = new Learner(server.url);
  const { session, events } = await learner.ready(HELLO);
  const terminal = await learner.terminal(session.id, session.terminals[0]!.id);
  await terminal.runs('WORD=kept; cd /tmp; echo be""fore', 'before\r\n');
  return { server, learner, session, events, terminal };
}

const portOf = (server: ServerProcess) => Number(new URL(server.url).port);

test('a server that was killed takes its labs up again: shells, screens, tasks; makes half-made ones again; and stop leaves nothing', async () => {
  using data = dataFolder();
  const docker = realDocker();
  const { server, learner, session, events, terminal } = await withLab(data);
  events.send({ type: 'answer', task: 'count', value: '3' });
  await events.taskIs('count', 'done');
  events.send({ type: 'check', task: 'run-hello' });
  // It was “not yet” all the time, unasked.
  const told = await events.until('what is said of run-hello', () => {
    const task = events.task('run-hello');
    return task?.state === 'notYet' && task.attempted && task;
  });
  terminal.type('(sleep 2; echo while a""way) &\r');
  await terminal.sees('while a""way');
  const half = await learner.start(SECOND);
  const sandboxesOfHalf = () => sandboxesOf(docker, data.owner, half.id);
  await expect.poll(sandboxesOfHalf, { timeout: 20_000 }).toHaveLength(1);
  const [firstTry] = await sandboxesOfHalf();
  await server.end('SIGKILL');
  await terminal.ended();

  await using next = await ServerProcess.start(data, { port: portOf(server) });
  expect(next.url).toBe(server.url);
  const { body } = await learner.request('GET', '/api/me');
  const taken = (body as MeView).sessions;
  expect(taken.find(({ id }) => id === session.id)).toMatchObject({ state: 'ready' });
  expect(taken.find(({ id }) => id === half.id)).toMatchObject({
    state: 'starting',
    notice: { code: 'restarted-start' },
  });

  const back = await learner.terminal(
    session.id,
    session.terminals[0]!.id,
    `?epoch=${terminal.hello!.epoch}&offset=${terminal.offset}`,
  );
  await back.sees('while away');
  expect(back.hello).toMatchObject({ resumed: true, missed: 0, offset: terminal.offset });
  await back.runs('echo $WORD $PWD', 'kept /tmp\r\n');
  const again = await learner.events(session.id);
  expect((await again.reaches('ready')).tasks.find(({ id }) => id === 'count')?.state).toBe('done');
  await expect.poll(() => again.task('run-hello')).toEqual(told);
  await back.runs('docker run --name greeting hello-world; echo "ran" $?', 'ran 0', 20_000);
  await again.taskIs('run-hello', 'done');

  const made = await learner.events(half.id);
  const halfTerminal = (await made.reaches('ready')).terminals[0]!;
  await (await learner.terminal(half.id, halfTerminal.id)).runs('echo al""ive', 'alive\r\n');
  // Only what was made at the second try is there.
  await expect.poll(sandboxesOfHalf).toEqual([expect.not.stringMatching(firstTry!)]);

  await learner.request('DELETE', `/api/sessions/${half.id}`);
  await learner.request('DELETE', `/api/sessions/${session.id}`);
  expect(await sandboxLeftovers(docker, data.owner)).toEqual([]);
  expect(await next.end('SIGTERM')).toBe(0);
  expect(await leftovers(docker, data.owner)).toEqual([]);
});

test.each(['SIGINT', 'SIGTERM'] as const)('%s ends the server and leaves nothing', async (signal) => {
  using data = dataFolder();
  const docker = realDocker();
  const { server, learner, terminal } = await withLab(data);
  // One that is being made, too.
  await learner.start(THIRD);
  expect(await server.end(signal)).toBe(0);
  expect(await leftovers(docker, data.owner)).toEqual([]);
  await terminal.ended();
});

test('--restart takes the place of the server that runs: its labs, shells and their commands go on, no byte is lost', async () => {
  using data = dataFolder();
  const { server, learner, session, events, terminal } = await withLab(data);
  const id = session.terminals[0]!.id;
  terminal.type('for i in $(seq 1 400); do echo "line<$i>"; sleep 0.01; done; echo do""ne\r');
  await terminal.sees('line<20>');
  const ended = once(server.child, 'exit');

  await using next = await ServerProcess.start(data, { port: portOf(server), replace: true });
  expect(await ended).toEqual([0, null]);
  expect(await terminal.ended()).toMatchObject({ code: CLOSE.restarting });
  expect((await events.ended()).code).toBe(CLOSE.restarting);
  const position = `?epoch=${terminal.hello!.epoch}&offset=${terminal.offset}`;
  const back = await learner.terminal(session.id, id, position);
  await back.sees('done', 30_000);
  expect(back.hello).toMatchObject({ resumed: true, missed: 0, offset: Number(position.split('=').at(-1)) });
  const numbers = [...(terminal.text + back.text).matchAll(/line<(\d+)>/g)].map(([, n]) => Number(n));
  expect(numbers).toEqual(Array.from({ length: 400 }, (_, i) => i + 1));
  expect(await next.end('SIGTERM')).toBe(0);
  expect(await leftovers(realDocker(), data.owner)).toEqual([]);
});

test('--restart where nothing runs just starts', async () => {
  using data = dataFolder();
  await using server = await ServerProcess.start(data, { replace: true });
  expect(await new Learner(server.url).request('GET', '/healthz')).toMatchObject({ status: 200 });
});

test.each([
  ['its terminal is closed', (server: ServerProcess) => server.child.kill('SIGHUP')],
  ['the process that started it is gone', (server: ServerProcess) => server.child.disconnect()],
])('when %s, the server ends and leaves the labs to the next one', async (_what, hangUp) => {
  using data = dataFolder();
  const { server, learner, session } = await withLab(data);
  const gone = once(server.child, 'exit');
  hangUp(server);
  expect(await gone).toEqual([0, null]);
  await using next = await ServerProcess.start(data, { port: portOf(server) });
  expect(next.url).toBe(server.url);
  const back = await learner.terminal(session.id, session.terminals[0]!.id);
  await back.runs('echo $WORD $PWD', 'kept /tmp\r\n');
});

test('without labs, a server whose terminal is closed leaves nothing', async () => {
  using data = dataFolder();
  const server = await ServerProcess.start(data);
  expect(await server.end('SIGHUP')).toBe(0);
  expect(await leftovers(realDocker(), data.owner)).toEqual([]);
});

test('a port that is taken costs nobody a lab', async () => {
  using data = dataFolder();
  using other = dataFolder();
  const { server, learner, session } = await withLab(data);
  await server.end('SIGKILL');
  await using elsewhere = await ServerProcess.start(other, { port: portOf(server) });
  await expect(ServerProcess.start(data, { port: portOf(server) })).rejects.toThrow(/EADDRINUSE/);
  await elsewhere.end('SIGTERM');
  await using next = await ServerProcess.start(data, { port: portOf(server) });
  expect(next.url).toBe(server.url);
  const back = await learner.terminal(session.id, session.terminals[0]!.id);
  await back.runs('echo $WORD $PWD', 'kept /tmp\r\n');
});

test('a second server on the same data folder is refused with what to do, and harms nothing', async () => {
  using data = dataFolder();
  await using server = await ServerProcess.start(data);
  const learner = new Learner(server.url);
  const { session } = await learner.ready(SECOND);
  await expect(ServerProcess.start(data)).rejects.toThrow(/Another Drydock uses[^]*--restart/);
  expect(await learner.request('GET', `/api/sessions/${session.id}`)).toMatchObject({
    status: 200,
    body: { state: 'ready' },
  });
  const terminal = await learner.terminal(session.id, session.terminals[0]!.id);
  await terminal.runs('echo al""ive', 'alive\r\n');
});
