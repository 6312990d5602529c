import { expect, test } from 'vitest';
import { CLOSE } from '../../../../../../sandbox-server/protocol/close-codes.ts';
import { MAX_DELAY_MS } from '../../../../../../src/client/workspace/session/reconnect-policy.ts';
import {
  ANSWER_MS,
  ReconnectingSocket,
  SILENCE_MS,
  type LinkState,
} from '../../../../../../src/client/workspace/session/reconnecting-socket.ts';
import { FakeEnvironment } from '../fake-environment.ts';

function connect() {
  const environment = new FakeEnvironment();
  const states: LinkState[] = [];
  const texts: string[] = [];
  const socket = new ReconnectingSocket(environment, {
    url: () => `/events?attempt=${environment.sockets.length + 1}`,
    onText: (text) => texts.push(text),
    onBytes: () => undefined,
    onState: (state) => states.push(state),
  });
  return { environment, states, texts, socket };
}

test('a connection that drops comes back, and asks for its address anew', () => {
  const { environment, states } = connect();
  environment.socket.open();
  environment.socket.drops();
  environment.pass(MAX_DELAY_MS);
  environment.socket.open();
  expect(states).toEqual(['connecting', 'open', 'waiting', 'connecting', 'open']);
  expect(environment.sockets.map(({ url }) => url)).toEqual(['/events?attempt=1', '/events?attempt=2']);
});

test('each failure in a row waits longer, and a connection that held starts over', () => {
  const { environment } = connect();
  environment.socket.drops();
  environment.pass(400);
  environment.socket.drops();
  environment.pass(400);
  expect(environment.sockets).toHaveLength(2);
  environment.pass(400);
  expect(environment.sockets).toHaveLength(3);
  environment.socket.open();
  environment.pass(10_000);
  environment.socket.drops();
  environment.pass(400);
  expect(environment.sockets).toHaveLength(4);
});

test('waking up skips the wait, and does nothing to a connection that works', () => {
  const { environment } = connect();
  environment.socket.open();
  environment.wake();
  expect(environment.sockets).toHaveLength(1);
  environment.socket.drops();
  environment.wake();
  expect(environment.sockets).toHaveLength(2);
});

test('when one connection is back, the others do not wait any longer', () => {
  const environment = new FakeEnvironment();
  const handlers = { url: () => '/', onText: () => undefined, onBytes: () => undefined, onState: () => undefined };
  const sockets = [new ReconnectingSocket(environment, handlers), new ReconnectingSocket(environment, handlers)];
  const [first, second] = environment.sockets;
  first?.drops();
  second?.drops();
  sockets[0]?.retryNow();
  environment.socket.open();
  expect(environment.sockets).toHaveLength(4);
});

test.each([CLOSE.ended, CLOSE.notFound, CLOSE.badFrame])('close code %i is final', (code) => {
  const { environment, states } = connect();
  environment.socket.open();
  environment.socket.drops(code);
  environment.pass(10 * MAX_DELAY_MS);
  expect(environment.sockets).toHaveLength(1);
  expect(states.at(-1)).toBe('closed');
  expect(environment.leftovers).toBe(0);
});

test.each([CLOSE.restarting, CLOSE.sandboxGone, CLOSE.tooMany, 1006])('close code %i is tried again', (code) => {
  const { environment } = connect();
  environment.socket.open();
  environment.socket.drops(code);
  environment.pass(MAX_DELAY_MS);
  expect(environment.sockets).toHaveLength(2);
});

test('closing leaves nothing behind, twice is once, and late messages are not heard', () => {
  const { environment, states, texts, socket } = connect();
  environment.socket.open();
  environment.socket.says({ heard: true });
  socket.close();
  socket.close();
  environment.socket.says({ heard: false });
  environment.pass(10 * MAX_DELAY_MS);
  expect(environment.leftovers).toBe(0);
  expect(texts).toEqual(['{"heard":true}']);
  expect(states.filter((state) => state === 'closed')).toHaveLength(1);
});

test('sending says whether it was sent', () => {
  const { environment, socket } = connect();
  expect(socket.send('early')).toBe(false);
  environment.socket.open();
  expect(socket.send('now')).toBe(true);
  expect(environment.socket.sent).toEqual(['now']);
});

test('a connection that is silent is asked, and one that does not answer is given up and made again', () => {
  const { environment, states } = connect();
  environment.socket.open();
  environment.pass(SILENCE_MS);
  expect(environment.socket.said).toEqual([{ type: 'ping' }]);
  environment.socket.says({ type: 'pong' });
  environment.pass(ANSWER_MS);
  expect(states.at(-1)).toBe('open');
  environment.pass(SILENCE_MS);
  environment.pass(ANSWER_MS);
  expect(states.at(-1)).toBe('waiting');
  environment.pass(MAX_DELAY_MS);
  environment.socket.open();
  expect(states.at(-1)).toBe('open');
});

test('after a sleep, or when the network returns, what seems open is asked at once', () => {
  const { environment, states } = connect();
  environment.socket.open();
  environment.pass(2_000);
  environment.wake();
  expect(environment.socket.said).toEqual([{ type: 'ping' }]);
  environment.pass(ANSWER_MS);
  expect(states.at(-1)).toBe('waiting');
});
