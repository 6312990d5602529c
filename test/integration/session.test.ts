import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { SessionView } from '../../sandbox-server/protocol/views.ts';
import { sandboxesOf } from '../support/engine.ts';
import type { EventsSocket, Learner } from '../support/learner.ts';
import type { TerminalSocket } from '../support/terminal-socket.ts';
import { HELLO, ONLY_TEXT, SECOND, testServer, THIRD, type TestServer } from '../support/test-server.ts';

let server: TestServer;

beforeAll(async () => {
  server = await testServer({ limits: { maxPerLearner: 2 } });
});

afterAll(async () => {
  await server[Symbol.asyncDispose]();
  expect(await server.leftovers()).toEqual([]);
});

describe('a lab, from its start to its end', () => {
  let learner: Learner;
  let session: SessionView;
  let events: EventsSocket;
  let terminal: TerminalSocket;
  let path = '';

  beforeAll(async () => {
    learner = server.learner();
    const begun = performance.now();
    ({ session, events } = await learner.ready(HELLO));
    path = `/api/sessions/${session.id}`;
    terminal = await learner.terminal(session.id, session.terminals[0]!.id);
    await terminal.runs('echo ec""ho', 'echo\r\n');
    console.log(`measured: start to a prompt that echoes ${((performance.now() - begun) / 1000).toFixed(2)} s`);
  });

  test('it went through its steps, each with its time', () => {
    expect(new Set(session.steps.map(({ state }) => state))).toEqual(new Set(['done']));
    expect(session.steps.every(({ ms }) => typeof ms === 'number')).toBe(true);
    expect(session.tasks).toMatchObject([{ id: 'run-hello' }, { id: 'count' }, { id: 'keep' }]);
  });

  test('the lesson’s files and setup are there', async () => {
    expect(await terminal.runs('cat setup.txt lines.txt; pwd', '/home/learner\r\n')).toContain(
      'prepared\r\none\r\ntwo\r\nthree',
    );
  });

  test('images come from the course mirror by their plain names', async () => {
    await terminal.runs('docker pull busybox:1.37', 'Downloaded newer image for busybox:1.37', 20_000);
  });

  test('a name outside fails at once', async () => {
    await terminal.runs('curl -sS https://example.com; echo "code" $?', /code 6\b/);
  });

  test('a wrong attempt is turned down with what was expected and seen', async () => {
    await terminal.runs('docker run --name greeting busybox:1.37 true; echo "ran" $?', 'ran 0', 20_000);
    // What was typed before had a verdict, too: there was no container at all.
    const verdict = await events.until('a verdict on this container', () => {
      const task = events.task('run-hello');
      return task?.state === 'notYet' && task.verdict?.observed?.includes('busybox') && task.verdict;
    });
    expect(verdict).toMatchObject({ expected: expect.stringContaining('hello-world') });
  });

  test('the right one is done after the command’s end, without a click', async () => {
    await terminal.runs('docker rm greeting; echo "removed" $?', 'removed 0');
    await terminal.runs('docker run --name greeting hello-world; echo "ran" $?', 'ran 0', 20_000);
    const returned = performance.now();
    await events.taskIs('run-hello', 'done');
    const ms = performance.now() - returned;
    console.log(`measured: command returns to task done ${ms.toFixed(0)} ms`);
  });

  test('a wrong answer is turned down, the right one is done', async () => {
    events.send({ type: 'answer', task: 'count', value: '4' });
    const wrong = await events.taskIs('count', 'notYet');
    expect(wrong).toMatchObject({
      attempted: true,
      verdict: { expected: expect.stringContaining('3'), observed: expect.stringContaining('4') },
    });
    events.send({ type: 'answer', task: 'count', value: '3' });
    await events.taskIs('count', 'done');
  });

  test('a task that holds lapses when it stops being true', async () => {
    await terminal.runs('touch kept; echo "made" $?', 'made 0');
    await events.taskIs('keep', 'done');
    await terminal.runs('rm kept; echo "gone" $?', 'gone 0');
    await events.taskIs('keep', 'lapsed');
    await terminal.runs('touch kept; echo "again" $?', 'again 0');
    await events.taskIs('keep', 'done');
  });

  test('the live view shows what is there, and follows', async () => {
    const latest = () => events.messages.findLast((message) => message.type === 'live')?.live;
    events.send({ type: 'live', on: true });
    const live = await events.until('a picture', () => latest());
    expect(live.images.flatMap(({ tags }) => tags)).toEqual(
      expect.arrayContaining(['busybox:1.37', 'hello-world:latest']),
    );
    await terminal.runs('docker volume create data; echo "made" $?', 'made 0');
    await events.until('the volume', () => latest()?.volumes.some(({ name }) => name === 'data'));
    events.send({ type: 'live', on: false });
  });

  test('a page that connects anew finds everything as it was', async () => {
    const other = await learner.events(session.id);
    const view = await other.until('a view', () => other.session);
    expect(view.tasks.map(({ id, state }) => [id, state])).toEqual([
      ['run-hello', 'done'],
      ['count', 'done'],
      ['keep', 'done'],
    ]);
    other.close();
    const { body } = await learner.request('GET', '/api/me');
    expect(body).toMatchObject({
      progress: { [HELLO]: { tasks: expect.arrayContaining(['run-hello', 'count', 'keep']) } },
      sessions: [{ id: session.id }],
    });
  });

  test('extending moves its end', async () => {
    const { body, status } = await learner.request('POST', `${path}/extend`);
    expect(status).toBe(200);
    expect((body as SessionView).expiresAt).toBe(session.expiresAt + 30 * 60_000);
  });

  test('a learner has a limited number of labs, and other lessons without one say so', async () => {
    const second = await learner.start(SECOND);
    expect(await learner.request('POST', '/api/sessions', { lesson: THIRD })).toMatchObject({
      status: 429,
      body: { error: { code: 'too-many-sessions' } },
    });
    expect(await learner.request('POST', '/api/sessions', { lesson: ONLY_TEXT })).toMatchObject({
      status: 409,
      body: { error: { code: 'lesson-without-lab' } },
    });
    // Stopped while it starts.
    const { body } = await learner.request('DELETE', `/api/sessions/${second.id}`);
    expect(body).toMatchObject({ state: 'ended' });
    expect((await server.leftovers()).filter((name) => name.includes(second.id))).toEqual([]);
  });

  test('a reset brings a fresh sandbox, and what was finished stays finished', async () => {
    const sandboxes = () => sandboxesOf(server.docker, server.data.owner, session.id);
    const [old] = await sandboxes();
    expect(old).toBeDefined();
    const { status } = await learner.request('POST', `${path}/reset`);
    expect(status).toBe(202);
    expect((await terminal.ended()).code).toBe(4000);
    const view = await events.until('ready again', () => events.session.state === 'ready' && events.session);
    expect(view.tasks.find(({ id }) => id === 'run-hello')?.state).toBe('done');
    terminal = await learner.terminal(session.id, view.terminals[0]!.id);
    await terminal.runs('docker ps -aq | wc -l; ls kept', 'No such file');
    expect(terminal.text).toMatch(/[\r\n]0\r\n/);
    await expect.poll(sandboxes).toEqual([expect.not.stringMatching(old!)]);
  });

  test('stopping leaves nothing of it, and tells every page', async () => {
    const { body } = await learner.request('DELETE', path);
    expect(body).toMatchObject({ state: 'ended' });
    expect((await server.leftovers()).filter((name) => name.includes(session.id))).toEqual([]);
    expect((await terminal.ended()).code).toBe(4000);
    await events.reaches('ended');
    events.close();
    const { body: me } = await learner.request('GET', '/api/me');
    expect(me).toMatchObject({ sessions: [], progress: { [HELLO]: { tasks: expect.arrayContaining(['run-hello']) } } });
  });
});
