import { expect, test } from 'vitest';
import { CLOSE } from '../../../../../../sandbox-server/protocol/close-codes.ts';
import {
  ACK_EVERY_BYTES,
  INPUT_FRAME_BYTES,
  INPUT_WINDOW_BYTES,
  type TerminalHello,
  type TerminalSize,
} from '../../../../../../sandbox-server/protocol/terminal.ts';
import {
  HELD_INPUT_MS,
  MAX_HELD_INPUT,
  RESIZE_DEBOUNCE_MS,
  TerminalConnection,
} from '../../../../../../src/client/workspace/terminal/terminal-connection.ts';
import { FakeEnvironment } from '../fake-environment.ts';

const PATH = '/api/sessions/s/terminals/t/stream';
const DA1 = '\x1b[?1;2c';

function setUp() {
  const environment = new FakeEnvironment();
  const decoder = new TextDecoder();
  const screen = { text: '', size: undefined as TerminalSize | undefined, unparsed: [] as (() => void)[] };
  const seen = { exits: [] as (number | null)[], errors: [] as string[] };
  const connection = new TerminalConnection(
    PATH,
    environment,
    {
      write: (data, parsed) => {
        screen.text += typeof data === 'string' ? data : decoder.decode(data);
        if (parsed) screen.unparsed.push(parsed);
      },
      resize: (size) => (screen.size = size),
    },
    {
      onLink: () => undefined,
      onHello: () => undefined,
      onExit: (code) => seen.exits.push(code),
      onError: ({ code }) => seen.errors.push(code),
    },
  );
  const parse = () => {
    for (const parsed of screen.unparsed.splice(0)) parsed();
  };
  return { environment, connection, screen, seen, parse };
}

function greet(environment: FakeEnvironment, changes: Partial<TerminalHello> = {}): void {
  environment.socket.open();
  environment.socket.says({
    type: 'hello',
    epoch: 'e1',
    offset: 0,
    liveFrom: 0,
    missed: 0,
    resumed: false,
    readOnly: false,
    cols: 80,
    rows: 24,
    ...changes,
  });
}

test('coming back names the epoch and the offset of the first byte that is missing', () => {
  const { environment } = setUp();
  expect(environment.socket.url).toBe(PATH);
  greet(environment, { offset: 100, liveFrom: 100 });
  environment.socket.prints('hello');
  environment.socket.drops();
  environment.pass(60_000);
  expect(environment.socket.url).toBe(`${PATH}?epoch=e1&offset=105`);
});

test('every byte shows once across a lost connection', () => {
  const { environment, screen } = setUp();
  greet(environment);
  environment.socket.prints('one ');
  environment.socket.drops();
  environment.pass(60_000);
  greet(environment, { offset: 4, liveFrom: 8, resumed: true });
  environment.socket.prints('two three');
  expect(screen.text).toBe('one two three');
});

test('bytes that are no longer kept leave a note', () => {
  const { environment, screen } = setUp();
  greet(environment, { offset: 2000, liveFrom: 2000, missed: 1500, resumed: true });
  expect(screen.text).toContain('1,500 bytes of older output are no longer kept');
});

test('a restarted server is told in a note, below what was there', () => {
  const { environment, screen } = setUp();
  greet(environment);
  environment.socket.prints('before');
  environment.socket.drops();
  environment.pass(60_000);
  greet(environment, { epoch: 'e2' });
  expect(screen.text).toMatch(/^before.*restarted/s);
  expect(screen.text).not.toContain('\x1bc');
});

test('the same stream from its start clears the screen first', () => {
  const { environment, screen } = setUp();
  greet(environment);
  environment.socket.drops();
  environment.pass(60_000);
  greet(environment);
  expect(screen.text).toBe('\x1bc');
});

test('acknowledges what was parsed, not what arrived', () => {
  const { environment, parse } = setUp();
  greet(environment);
  environment.socket.prints('x'.repeat(ACK_EVERY_BYTES));
  expect(environment.socket.said).toEqual([]);
  parse();
  expect(environment.socket.said).toEqual([{ type: 'ack', offset: ACK_EVERY_BYTES }]);
});

test('answers to queries are sent while live, and not while replaying', () => {
  const { environment, connection, parse } = setUp();
  greet(environment, { offset: 0, liveFrom: 6 });
  environment.socket.prints('replay');
  connection.input(DA1);
  expect(environment.socket.typed).toBe('');
  connection.input('keys are sent all the same');
  expect(environment.socket.typed).toBe('keys are sent all the same');
  parse();
  connection.input(DA1);
  // Apart from what was typed: the server takes the answer of one viewer.
  expect(environment.socket.said.at(-1)).toEqual({ type: 'reply', data: DA1 });
  expect(environment.socket.typed).not.toContain(DA1);
});

test('a paste runs ahead of the shell by a window only; what a lost connection cut off is told', () => {
  const { environment, connection, screen } = setUp();
  greet(environment);
  connection.input('x'.repeat(3 * INPUT_WINDOW_BYTES));
  expect(environment.socket.typed.length).toBe(INPUT_WINDOW_BYTES);
  environment.socket.says({ type: 'taken', bytes: 64 * 1024 });
  expect(environment.socket.typed.length).toBe(INPUT_WINDOW_BYTES + 64 * 1024);
  environment.socket.drops();
  expect(screen.text).toContain('its last 458,752 bytes were not typed');
});

test('a page that is hidden says so, also after coming back', () => {
  const { environment, connection } = setUp();
  greet(environment);
  connection.looking(false);
  expect(environment.socket.said.at(-1)).toEqual({ type: 'looking', on: false });
  environment.socket.drops();
  environment.pass(30_000);
  greet(environment, { resumed: true });
  expect(environment.socket.said).toContainEqual({ type: 'looking', on: false });
});

test('a page that nobody looks at leaves the answers to another', () => {
  const { environment, connection } = setUp();
  greet(environment);
  connection.input(DA1);
  expect(environment.socket.typed).toBe('');
});

test('a reader never sends anything', () => {
  const { environment, connection } = setUp();
  greet(environment, { readOnly: true });
  connection.input('rm -rf ~\r');
  connection.input(DA1);
  connection.binary('\x1b[M !!');
  connection.fitted({ cols: 10, rows: 10 });
  environment.pass(RESIZE_DEBOUNCE_MS);
  expect(environment.socket.sent).toEqual([]);
});

test('what is typed while the connection is away is sent when it is back', () => {
  const { environment, connection } = setUp();
  greet(environment);
  environment.socket.drops();
  connection.input('ls');
  connection.input('\r');
  environment.pass(5_000);
  greet(environment, { resumed: true });
  expect(environment.socket.typed).toBe('ls\r');
});

test('what was typed long ago, or is more than some lines, is not', () => {
  const { environment, connection } = setUp();
  greet(environment);
  environment.socket.drops();
  connection.input('x'.repeat(MAX_HELD_INPUT + 1));
  connection.input('forgotten');
  environment.pass(HELD_INPUT_MS + 1);
  greet(environment, { resumed: true });
  expect(environment.socket.typed).toBe('');
});

test('a large paste is several frames and arrives whole', () => {
  const { environment, connection } = setUp();
  greet(environment);
  const text = 'é'.repeat(INPUT_FRAME_BYTES);
  connection.input(text);
  expect(environment.socket.typed).toBe(text);
  expect(environment.socket.sent.every((frame) => frame.length <= INPUT_FRAME_BYTES)).toBe(true);
});

test('a drag says one size, the last, and it is drawn when the server has settled it', () => {
  const { environment, connection, screen } = setUp();
  greet(environment);
  for (let cols = 60; cols <= 100; cols++) connection.fitted({ cols, rows: 30 });
  environment.pass(RESIZE_DEBOUNCE_MS);
  expect(environment.socket.said).toEqual([{ type: 'resize', cols: 100, rows: 30 }]);
  expect(screen.size).toEqual({ cols: 80, rows: 24 });
  environment.socket.says({ type: 'size', cols: 90, rows: 30 });
  expect(screen.size).toEqual({ cols: 90, rows: 30 });
});

test('the size is said again after coming back', () => {
  const { environment, connection } = setUp();
  greet(environment);
  connection.fitted({ cols: 100, rows: 30 });
  environment.pass(RESIZE_DEBOUNCE_MS);
  environment.socket.drops();
  environment.pass(60_000);
  greet(environment, { resumed: true });
  expect(environment.socket.said).toEqual([{ type: 'resize', cols: 100, rows: 30 }]);
});

test('the end of the shell is passed on and is final', () => {
  const { environment, seen } = setUp();
  greet(environment);
  environment.socket.says({ type: 'exit', code: 130 });
  environment.socket.drops(CLOSE.ended);
  environment.pass(60_000);
  expect(seen.exits).toEqual([130]);
  expect(environment.sockets).toHaveLength(1);
});

test('what is no message of the protocol changes nothing', () => {
  const { environment, screen, seen } = setUp();
  greet(environment);
  environment.socket.onmessage?.(new MessageEvent('message', { data: '{not json' }));
  environment.socket.says({ type: 'surprise' });
  environment.socket.says({ type: 'error', code: 'bad-frame', message: 'm', fix: 'f' });
  expect(screen.text).toBe('');
  expect(seen.errors).toEqual(['bad-frame']);
});
