import { expect, test } from 'vitest';
import { ACK_EVERY_BYTES, type TerminalHello } from '../../../../../../sandbox-server/protocol/terminal.ts';
import { StreamPosition } from '../../../../../../src/client/workspace/terminal/stream-position.ts';

const hello = (changes: Partial<TerminalHello>): TerminalHello => ({
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

function parseAll(position: StreamPosition, bytes: Uint8Array): number[] {
  return position.receive(bytes).flatMap(({ end, epoch }) => position.parsed(end, epoch) ?? []);
}

test('a page that was never connected asks for nothing', () => {
  expect(new StreamPosition().resumeFrom).toBeUndefined();
});

test('it asks for what it has not received, parsed or not', () => {
  const position = new StreamPosition();
  position.hello(hello({ offset: 100, liveFrom: 100 }));
  position.receive(new Uint8Array(50));
  expect(position.resumeFrom).toEqual({ epoch: 'e1', offset: 150 });
});

test('the first hello keeps the screen, coming back continues it', () => {
  const position = new StreamPosition();
  expect(position.hello(hello({})).screen).toBe('continue');
  expect(position.hello(hello({ offset: 10, resumed: true })).screen).toBe('continue');
});

test('the same stream from the start clears the screen; a new epoch follows what is there', () => {
  const position = new StreamPosition();
  position.hello(hello({}));
  expect(position.hello(hello({})).screen).toBe('clear');
  expect(position.hello(hello({ epoch: 'e2' })).screen).toBe('newEpoch');
  expect(position.resumeFrom).toEqual({ epoch: 'e2', offset: 0 });
});

test('what is lost is passed on, and skipped', () => {
  const position = new StreamPosition();
  position.hello(hello({}));
  position.receive(new Uint8Array(10));
  expect(position.hello(hello({ offset: 500, missed: 490, resumed: true })).missed).toBe(490);
  expect(position.resumeFrom?.offset).toBe(500);
});

test('acks come once enough was parsed, with the offset of what was', () => {
  const position = new StreamPosition();
  position.hello(hello({ offset: 7 }));
  expect(parseAll(position, new Uint8Array(ACK_EVERY_BYTES - 1))).toEqual([]);
  expect(parseAll(position, new Uint8Array(1))).toEqual([7 + ACK_EVERY_BYTES]);
  expect(parseAll(position, new Uint8Array(10))).toEqual([]);
});

test('a chunk of an earlier epoch that is parsed late counts for nothing', () => {
  const position = new StreamPosition();
  position.hello(hello({}));
  const [late] = position.receive(new Uint8Array(ACK_EVERY_BYTES * 2));
  position.hello(hello({ epoch: 'e2' }));
  expect(position.parsed(late?.end ?? 0, late?.epoch)).toBeUndefined();
});

test('replay ends exactly where live output begins, in the middle of a frame', () => {
  const position = new StreamPosition();
  position.hello(hello({ offset: 0, liveFrom: 6 }));
  const pieces = position.receive(new TextEncoder().encode('replayLIVE'));
  expect(pieces.map(({ piece }) => new TextDecoder().decode(piece))).toEqual(['replay', 'LIVE']);
  expect(position.replaying).toBe(true);
  position.parsed(pieces[0]?.end ?? 0, pieces[0]?.epoch);
  expect(position.replaying).toBe(false);
});

test('a frame on one side of that border stays whole', () => {
  const position = new StreamPosition();
  position.hello(hello({ offset: 0, liveFrom: 4 }));
  expect(position.receive(new Uint8Array(4))).toHaveLength(1);
  expect(position.receive(new Uint8Array(4))).toHaveLength(1);
});
