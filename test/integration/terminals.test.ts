import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { SessionView, TerminalView } from '../../sandbox-server/protocol/views.ts';
import type { Learner } from '../support/learner.ts';
import type { TerminalSocket } from '../support/terminal-socket.ts';
import { SECOND, testServer, type TestServer } from '../support/test-server.ts';

let server: TestServer;
let learner: Learner;
let session: SessionView;

beforeAll(async () => {
  server = await testServer();
  learner = server.learner();
  const ready = await learner.ready(SECOND);
  session = ready.session;
  ready.events.close();
});

afterAll(() => server[Symbol.asyncDispose]());

/** A terminal of its own for a test. */
async function newTerminal(): Promise<TerminalView> {
  const { status, body } = await learner.request('POST', `/api/sessions/${session.id}/terminals`, { machine: 'host' });
  expect(status).toBe(201);
  return body as TerminalView;
}

const closes = ({ id }: TerminalView) => learner.request('DELETE', `/api/sessions/${session.id}/terminals/${id}`);
const open = ({ id }: TerminalView, query = '') => learner.terminal(session.id, id, query);
const resume = (socket: TerminalSocket) => `?epoch=${socket.hello!.epoch}&offset=${socket.offset}`;

test('a page that was cut off goes on at its offset: every byte comes once', async () => {
  const terminal = await newTerminal();
  const first = await open(terminal);
  await first.runs('echo ready', 'ready\r\n');
  // The pause is there for the cut to come in the middle, however fast the machine is.
  first.type('for i in $(seq 1 3000); do echo "line $i"; [ $i != 1500 ] || sleep 1; done; echo "all" "lines"\r');
  await first.sees('line 100\r\n');
  first.cut();
  await sleep(300);
  const second = await open(terminal, resume(first));
  expect(second.hello).toMatchObject({ resumed: true, missed: 0, offset: first.offset });
  await second.sees('all lines');
  const whole = Buffer.concat([first.bytes, second.bytes]).toString();
  const numbers = [...whole.matchAll(/line (\d+)\r\n/g)].map((match) => Number(match[1]));
  expect(numbers).toEqual(Array.from({ length: 3000 }, (_, i) => i + 1));
  await closes(terminal);
});

test('two viewers see the same, and both type; a read-only one only sees', async () => {
  const terminal = await newTerminal();
  const a = await open(terminal);
  const b = await open(terminal);
  const watching = await open(terminal, '?readonly=1');
  await a.runs('echo from""A', 'fromA\r\n');
  await b.sees('fromA\r\n');
  await b.runs('echo from""B', 'fromB\r\n');
  await a.sees('fromB\r\n');
  watching.type('echo from""C\r');
  await sleep(500);
  expect(a.text).not.toContain('fromC');
  await watching.sees('fromB\r\n');
  expect(watching.hello).toMatchObject({ readOnly: true });
  await closes(terminal);
});

test('the size is that of the smallest viewer', async () => {
  const terminal = await newTerminal();
  const wide = await open(terminal);
  const narrow = await open(terminal);
  wide.control({ type: 'resize', cols: 140, rows: 50 });
  narrow.control({ type: 'resize', cols: 90, rows: 30 });
  await expect
    .poll(() => wide.messages.findLast(({ type }) => type === 'size'))
    .toEqual({ type: 'size', cols: 90, rows: 30 });
  await wide.runs('stty size', '30 90\r\n');
  narrow.cut();
  await expect
    .poll(() => wide.messages.findLast(({ type }) => type === 'size'))
    .toEqual({ type: 'size', cols: 140, rows: 50 });
  await wide.runs('stty size', '50 140\r\n');
  await closes(terminal);
});

test('a flood into a page that hangs costs little, and does not slow the other terminals', async () => {
  const flooded = await newTerminal();
  const quick = await newTerminal();
  const stalled = await open(flooded);
  await stalled.runs('echo ready', 'ready\r\n');
  stalled.acknowledge = false;
  stalled.type('yes\r');
  await sleep(1_500);
  const memory = process.memoryUsage().rss;
  const other = await open(quick);
  await other.runs('echo warm', 'warm\r\n');
  await other.runs('echo qu""ick', 'quick\r\n');
  await sleep(1_000);
  expect(stalled.bytes.length).toBeLessThan(1024 * 1024);
  expect(process.memoryUsage().rss - memory).toBeLessThan(50 * 1024 * 1024);
  stalled.acknowledge = true;
  stalled.control({ type: 'ack', offset: stalled.offset });
  stalled.type('\x03');
  await stalled.runs('echo go""es on', 'goes on\r\n');
  await closes(flooded);
  await closes(quick);
});

test('a large paste comes whole', async () => {
  const terminal = await newTerminal();
  const socket = await open(terminal);
  await socket.runs('stty -echo; echo qu""iet', 'quiet\r\n');
  const line = `${'x'.repeat(99)}\n`;
  await socket.runs('echo past""e; cat > pasted; wc -c pasted', 'paste\r\n');
  for (let i = 0; i < 20; i++) socket.type(line.repeat(500));
  socket.type('\x04');
  await socket.sees('1000000 pasted', 30_000);
  await closes(terminal);
});

test('a shell that ends says its code, and its tab goes', async () => {
  const terminal = await newTerminal();
  const socket = await open(terminal);
  await socket.runs('echo ready', 'ready\r\n');
  socket.type('exit 3\r');
  expect((await socket.ended()).code).toBe(4000);
  expect(socket.messages.at(-1)).toEqual({ type: 'exit', code: 3 });
  const { body } = await learner.request('GET', `/api/sessions/${session.id}`);
  expect((body as SessionView).terminals.map(({ id }) => id)).not.toContain(terminal.id);
  expect(await learner.handshake(`/api/sessions/${session.id}/terminals/${terminal.id}/stream`)).toMatchObject({
    status: 404,
  });
});

test('closing a tab ends its shell and what runs in it', async () => {
  const terminal = await newTerminal();
  const socket = await open(terminal);
  await socket.runs('sleep 54321 & echo ready', 'ready\r\n');
  await closes(terminal);
  const other = await newTerminal();
  const looking = await open(other);
  await looking.runs('echo ready', 'ready\r\n');
  await expect
    .poll(async () => looking.runs('pgrep -fc "[s]leep 54321"; echo "look""ed"', 'looked\r\n'), { timeout: 10_000 })
    .toMatch(/[\r\n]0\r\n/);
  await closes(other);
});

test('a lesson has a limited number of terminals', async () => {
  const { body: before } = await learner.request('GET', `/api/sessions/${session.id}`);
  const room = 8 - (before as SessionView).terminals.length;
  const opened: TerminalView[] = [];
  while (opened.length < room) opened.push(await newTerminal());
  const refused = await learner.request('POST', `/api/sessions/${session.id}/terminals`, { machine: 'host' });
  expect(refused).toMatchObject({ status: 429, body: { error: { code: 'too-many-terminals' } } });
  expect(room).toBeGreaterThan(4);
  await Promise.all(opened.map(closes));
});
