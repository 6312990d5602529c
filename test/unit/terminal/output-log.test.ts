import { expect, test } from 'vitest';
import { OutputLog } from '../../../sandbox-server/terminal/output-log.ts';

const KiB = 1024;

/** Bytes that tell their own offset. */
function numbered(from: number, length: number): Buffer {
  return Buffer.from(Array.from({ length }, (_, i) => (from + i) % 251));
}

test('an empty log starts and ends at 0', () => {
  const log = new OutputLog(64 * KiB);
  expect([log.start, log.end, log.read(0, 100).length]).toEqual([0, 0, 0]);
});

test('what was appended is read back by offset, across blocks', () => {
  const log = new OutputLog(1024 * KiB);
  for (let at = 0; at < 100 * KiB; at += 1000) log.append(numbered(at, 1000));
  const end = log.end;
  for (const offset of [0, 1, 16 * KiB - 1, 16 * KiB, 40_000, end - 1]) {
    expect(log.read(offset, 20_000).equals(numbered(offset, Math.min(20_000, end - offset)))).toBe(true);
  }
});

test('a read gives no more than its limit, and nothing at the end', () => {
  const log = new OutputLog(64 * KiB);
  log.append(numbered(0, 50));
  expect(log.read(10, 5)).toEqual(numbered(10, 5));
  expect(log.read(50, 5).length).toBe(0);
});

test('the oldest output is forgotten, the newest is kept, and memory stays bounded', () => {
  const keep = 64 * KiB;
  const log = new OutputLog(keep);
  for (let at = 0; at < 1000 * KiB; at += KiB) log.append(numbered(at, KiB));
  expect(log.end).toBe(1000 * KiB);
  const kept = log.end - log.start;
  expect(kept).toBeGreaterThanOrEqual(keep - 16 * KiB);
  expect(kept).toBeLessThanOrEqual(keep + 16 * KiB);
  expect(log.read(log.start, 100)).toEqual(numbered(log.start, 100));
  expect(log.read(log.end - 100, 100)).toEqual(numbered(log.end - 100, 100));
});

test('a chunk that is larger than what is kept leaves its end', () => {
  const log = new OutputLog(32 * KiB);
  log.append(numbered(0, 200 * KiB));
  expect(log.end).toBe(200 * KiB);
  expect(log.read(log.end - 10, 10)).toEqual(numbered(log.end - 10, 10));
});

test('the log does not change when the chunk it was given is reused', () => {
  const log = new OutputLog(32 * KiB);
  const chunk = Buffer.from('first');
  log.append(chunk);
  chunk.write('XXXXX');
  expect(String(log.read(0, 5))).toBe('first');
});
