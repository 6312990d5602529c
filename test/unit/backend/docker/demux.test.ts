import { PassThrough } from 'node:stream';
import { expect, test } from 'vitest';
import { demux } from '../../../../sandbox-server/backend/docker/demux.ts';
import { settle } from '../../../support/manual-clock.ts';

function frame(stream: 1 | 2, text: string | Buffer): Buffer {
  const payload = Buffer.from(text);
  const header = Buffer.from([stream, 0, 0, 0, 0, 0, 0, 0]);
  header.writeUInt32BE(payload.length, 4);
  return Buffer.concat([header, payload]);
}

async function split(chunks: Buffer[]) {
  const source = new PassThrough();
  const { stdout, stderr } = demux(source);
  const out: Buffer[] = [];
  const err: Buffer[] = [];
  stdout.on('data', (chunk: Buffer) => out.push(chunk));
  stderr.on('data', (chunk: Buffer) => err.push(chunk));
  for (const chunk of chunks) {
    source.write(chunk);
    await settle(1);
  }
  source.end();
  await settle();
  return {
    out: Buffer.concat(out).toString(),
    err: Buffer.concat(err).toString(),
    ended: stdout.readableEnded && stderr.readableEnded,
  };
}

const MIXED = Buffer.concat([
  frame(1, 'out 1 '),
  frame(2, 'err 1 '),
  frame(1, ''),
  frame(1, 'out 2'),
  frame(2, 'err 2'),
]);
const EXPECTED = { out: 'out 1 out 2', err: 'err 1 err 2', ended: true };

test('standard output and error come apart, and end', async () => {
  expect(await split([MIXED])).toEqual(EXPECTED);
});

test('wherever chunks cut frames, nothing is lost or mixed', async () => {
  for (let cut = 1; cut < MIXED.length; cut++) {
    expect(await split([MIXED.subarray(0, cut), MIXED.subarray(cut)]), `cut at ${cut}`).toEqual(EXPECTED);
  }
  expect(await split([...MIXED].map((byte) => Buffer.from([byte])))).toEqual(EXPECTED);
});

test('a large frame comes whole', async () => {
  const big = Buffer.alloc(300_000, 'x');
  const { out } = await split([frame(1, big)]);
  expect(out.length).toBe(big.length);
});

test('a reader that takes nothing pauses the source, and one that reads again gets everything', async () => {
  const source = new PassThrough();
  const { stdout, stderr } = demux(source);
  stderr.resume();
  let written = 0;
  while (written < 200) {
    written++;
    if (!source.write(frame(1, Buffer.alloc(10_000, 'y')))) await settle(1);
    if (source.isPaused()) break;
  }
  await settle();
  expect(source.isPaused()).toBe(true);
  expect(written).toBeLessThan(200);
  source.end();
  let total = 0;
  stdout.on('data', (chunk: Buffer) => (total += chunk.length));
  await settle(50);
  expect(total).toBe(written * 10_000);
});

test('a reader that is waited for is waited for once, however many frames had come', async () => {
  const source = new PassThrough();
  const { stdout, stderr } = demux(source);
  const frames = Array.from({ length: 40 }, (_, i) => frame(i % 2 === 0 ? 1 : 2, Buffer.alloc(10_000, 'z')));
  source.write(Buffer.concat(frames));
  await settle();
  expect([stdout.listenerCount('drain'), stderr.listenerCount('drain')]).toEqual([1, 1]);
  stdout.resume();
  await settle();
  expect(source.isPaused()).toBe(true);
  stderr.resume();
  await settle();
  expect(source.isPaused()).toBe(false);
});

test('a source that breaks ends both', async () => {
  const source = new PassThrough();
  const { stdout, stderr } = demux(source);
  stdout.resume();
  stderr.resume();
  source.on('error', () => undefined);
  source.destroy(new Error('reset'));
  await settle();
  expect([stdout.readableEnded, stderr.readableEnded]).toEqual([true, true]);
});
