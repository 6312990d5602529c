import { connect } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { CLOSE } from '../../sandbox-server/protocol/close-codes.ts';
import type { MeView, SessionView } from '../../sandbox-server/protocol/views.ts';
import type { EventsSocket, Learner } from '../support/learner.ts';
import { BEYOND, IN_CLUSTER, ONLY_TEXT, SECOND, testServer, type TestServer } from '../support/test-server.ts';

let server: TestServer;
let learner: Learner;
let session: SessionView;
let events: EventsSocket;
let eventsPath = '';
let terminalPath = '';

beforeAll(async () => {
  server = await testServer();
  learner = server.learner();
  ({ session, events } = await learner.ready(SECOND));
  eventsPath = `/api/sessions/${session.id}/events`;
  terminalPath = `/api/sessions/${session.id}/terminals/${session.terminals[0]!.id}/stream`;
});

afterAll(() => server[Symbol.asyncDispose]());

/** Whatever was tried: the session still works. */
async function stillWorks(): Promise<void> {
  const terminal = await learner.terminal(session.id, session.terminals[0]!.id);
  await terminal.runs('echo al""ive', 'alive\r\n');
  terminal.cut();
  expect(await learner.request('GET', '/healthz')).toMatchObject({ status: 200 });
}

test.each([
  ['another site', 'http://evil.example'],
  ['another port of this machine', 'http://127.0.0.1:1'],
  ['a sandboxed page', 'null'],
])('a socket opened by %s is refused before the handshake', async (_who, origin) => {
  for (const path of [eventsPath, terminalPath]) {
    expect(await learner.handshake(path, { origin })).toMatchObject({
      status: 403,
      body: { error: { code: 'foreign-origin' } },
    });
  }
});

test('a socket without an origin, or for a name that was rebound to this machine, is refused', async () => {
  const raw = (headers: string[]) =>
    new Promise<string>((resolve, reject) => {
      const socket = connect(Number(new URL(server.url).port), '127.0.0.1');
      const lines = [
        `GET ${eventsPath} HTTP/1.1`,
        'Upgrade: websocket',
        'Connection: Upgrade',
        'Sec-WebSocket-Version: 13',
      ];
      socket.write(
        [...lines, 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==', `Cookie: ${learner.cookie}`, ...headers, '', ''].join(
          '\r\n',
        ),
      );
      let text = '';
      socket.on('data', (chunk: Buffer) => (text += chunk.toString()));
      socket.on('end', () => resolve(text));
      socket.on('error', reject);
    });
  const host = new URL(server.url).host;
  expect(await raw([`Host: ${host}`])).toMatch(/^HTTP\/1\.1 403 /);
  expect(await raw(['Host: rebound.example', 'Origin: http://rebound.example'])).toMatch(/^HTTP\/1\.1 403 /);
});

test('another learner’s sockets are refused as if the session did not exist', async () => {
  const other = server.learner();
  await other.request('GET', '/api/me');
  const theirs = await other.handshake(eventsPath);
  expect(theirs).toMatchObject({ status: 403, body: { error: { code: 'unknown-session' } } });
  expect(await other.handshake(eventsPath.replace(session.id, '0'.repeat(16)))).toEqual(theirs);
  expect(await other.handshake(terminalPath)).toEqual(theirs);
  const nobody = server.learner();
  expect(await nobody.handshake(eventsPath)).toEqual(theirs);
});

test.each(['/api/sessions//events', '/api/nothing', '/api/sessions/a/b/c', '/%2e%2e/%2e%2e/etc/passwd', '/'])(
  'a socket to %s is refused as not found',
  async (path) => {
    expect(await learner.handshake(path)).toMatchObject({ status: 404, body: { error: { code: 'not-found' } } });
  },
);

test('a terminal that does not exist is refused', async () => {
  const path = `/api/sessions/${session.id}/terminals/nothing/stream`;
  expect(await learner.handshake(path)).toMatchObject({ status: 404, body: { error: { code: 'unknown-terminal' } } });
});

const BAD_FRAMES: [what: string, frame: string | Buffer][] = [
  ['text that is not JSON', 'hello'],
  ['an unknown message', '{"type":"sudo"}'],
  ['a message of the wrong shape', '{"type":"resize","cols":"wide"}'],
  ['an answer without a task', '{"type":"answer"}'],
  ['JSON that is no object', '[1,2,3]'],
];

test.each(BAD_FRAMES)(
  '%s closes an events socket and a terminal with the reason, and nothing else',
  async (_what, frame) => {
    const one = await learner.events(session.id);
    one.send(frame.toString());
    await expect.poll(() => one.closed?.code).toBe(CLOSE.badFrame);
    expect(one.closed?.reason).not.toBe('');
    const terminal = await learner.terminal(session.id, session.terminals[0]!.id);
    terminal.control(frame.toString());
    expect((await terminal.ended()).code).toBe(CLOSE.badFrame);
    await stillWorks();
  },
);

test('bytes where text belongs close an events socket', async () => {
  const one = await learner.events(session.id);
  one.socket.send(Buffer.from('{"type":"live","on":true}'), { binary: true });
  await expect.poll(() => one.closed?.code).toBe(CLOSE.badFrame);
});

test('a frame that is far too large closes the socket', async () => {
  const terminal = await learner.terminal(session.id, session.terminals[0]!.id);
  terminal.socket.on('error', () => undefined);
  terminal.socket.send(Buffer.alloc(101 * 1024 * 1024), { binary: true }, () => undefined);
  expect([1009, 1006]).toContain((await terminal.ended()).code);
  await stillWorks();
});

test('a flood of tiny frames is survived', async () => {
  const before = process.memoryUsage().rss;
  const terminal = await learner.terminal(session.id, session.terminals[0]!.id, '?readonly=1');
  for (let i = 0; i < 200_000; i++) terminal.socket.send(Buffer.from('x'), { binary: true });
  terminal.cut();
  await stillWorks();
  expect(process.memoryUsage().rss - before).toBeLessThan(300 * 1024 * 1024);
});

test.each([
  ['0×0', 0, 0],
  ['huge', 65_535, 65_535],
  ['negative', -1, -1],
  ['not whole', 80.5, 24.5],
])('a size that is %s is clamped', async (_what, cols, rows) => {
  const terminal = await learner.terminal(session.id, session.terminals[0]!.id);
  terminal.control({ type: 'resize', cols, rows });
  await expect.poll(() => terminal.messages.some(({ type }) => type === 'size')).toBe(true);
  const size = terminal.messages.findLast((message) => message.type === 'size');
  expect(size).toSatisfy(
    ({ cols: c, rows: r }: { cols: number; rows: number }) => c >= 2 && c <= 500 && r >= 1 && r <= 300,
  );
  terminal.cut();
  await stillWorks();
});

test('unknown tasks and answers to tasks that take none are told on the socket, which stays open', async () => {
  events.send({ type: 'check', task: 'nothing' });
  events.send({ type: 'answer', task: 'keep', value: '1' });
  await events.until('two errors', () => events.messages.filter(({ type }) => type === 'error').length >= 2);
  expect(events.closed).toBeUndefined();
});

test('a session cannot be told that a task passed', async () => {
  for (const [method, path, body] of [
    ['PUT', '/api/progress/task', { lesson: SECOND, task: 'keep' }],
    ['POST', `/api/sessions/${session.id}/tasks/keep`, { state: 'done' }],
  ] as const) {
    expect((await learner.request(method, path, body)).status).toBe(404);
  }
  events.send({ type: 'check', task: 'keep' });
  const task = await events.taskIs('keep', 'notYet');
  expect(task.verdict?.message).not.toBe('');
});

test('what a learner puts into PATH or the environment does not change a verdict', async () => {
  const terminal = await learner.terminal(session.id, session.terminals[0]!.id);
  const lines = [
    String.raw`mkdir -p ~/bin && printf '#!/bin/sh\nexit 0\n' | tee ~/bin/test > ~/bin/sh && chmod +x ~/bin/*`,
    'export PATH=~/bin:$PATH ENV=~/.profile BASH_ENV=~/.profile',
    `echo 'PATH=~/bin:$PATH; test() { :; }; alias test=true' | tee -a ~/.bashrc ~/.bash_profile >> ~/.profile`,
  ];
  for (const line of lines) await terminal.runs(`${line}; echo "do""ne"`, 'done\r\n');
  events.send({ type: 'check', task: 'keep' });
  await events.taskIs('keep', 'notYet');
  await terminal.runs('touch kept; echo "ma""de"', 'made\r\n');
  await events.taskIs('keep', 'done');
  terminal.cut();
});

test('without what clusters are made of, labs in one say so and what to do, before and when they are started', async () => {
  const reader = server.learner();
  const { body } = await reader.request('GET', `/api/me?lesson=${IN_CLUSTER}`);
  const { unmetNeeds } = body as MeView;
  expect(unmetNeeds).toMatchObject({
    code: 'cluster-image-missing',
    fix: expect.stringContaining('npm run images -- kubernetes'),
  });
  expect(await reader.request('POST', '/api/sessions', { lesson: IN_CLUSTER })).toEqual({
    status: 503,
    body: { error: unmetNeeds },
  });
});

test('what keeps a lab from starting on this server is said to its page beforehand, in the words of the refusal', async () => {
  const reader = server.learner();
  const { body } = await reader.request('GET', `/api/me?lesson=${BEYOND}`);
  const { unmetNeeds } = body as MeView;
  expect(unmetNeeds).toMatchObject({ code: 'unmet-needs', message: expect.stringContaining('internet') });
  expect(await reader.request('POST', '/api/sessions', { lesson: BEYOND })).toEqual({
    status: 409,
    body: { error: unmetNeeds },
  });
  for (const path of ['/api/me', `/api/me?lesson=${SECOND}`, `/api/me?lesson=${ONLY_TEXT}`, '/api/me?lesson=nothing'])
    expect(await reader.request('GET', path)).toEqual({ status: 200, body: { progress: {}, sessions: [] } });
});
