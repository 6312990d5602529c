import { expect, test } from 'vitest';
import { expectedStarts, SessionLengths } from '../../../../sandbox-server/session/admission/waiting-time.ts';

const MINUTE = 60_000;
const NOW = 1_000 * MINUTE;

function lengths(...minutes: number[]) {
  const all = new SessionLengths();
  for (const minute of minutes) all.add(minute * MINUTE);
  return all;
}

function waits(options: Partial<Parameters<typeof expectedStarts>[0]>) {
  return expectedStarts({
    now: NOW,
    waiting: 1,
    free: 0,
    startMs: 500,
    held: [],
    lengths: lengths(),
    longestMs: 60 * MINUTE,
    ...options,
  }).map((at) => (at - NOW) / MINUTE);
}

const held = (age: number, left: number) => ({ startedAt: NOW - age * MINUTE, endsAt: NOW + left * MINUTE });

test('without experience, places come free at their known ends, in order', () => {
  expect(waits({ waiting: 2, held: [held(10, 50), held(30, 30)] })).toEqual([30, 50]);
});

test('with experience, a lab ends when such labs usually do, and never later than it must', () => {
  expect(waits({ lengths: lengths(18, 20, 22), held: [held(5, 55)] })).toEqual([15]);
  expect(waits({ lengths: lengths(18, 20, 22), held: [held(5, 8)] })).toEqual([8]);
});

test('a lab that lasts longer than usual is judged by those that lasted longer still', () => {
  expect(waits({ lengths: lengths(10, 10, 10, 40), held: [held(20, 40)] })).toEqual([20]);
  expect(waits({ lengths: lengths(10, 10), held: [held(20, 40)] })).toEqual([40]);
});

test('whoever gets a place holds it in turn', () => {
  expect(waits({ waiting: 3, lengths: lengths(20), held: [held(10, 50)] })).toEqual([10, 30, 50]);
});

test('free places are handed out one after the other', () => {
  expect(waits({ waiting: 3, free: 3, startMs: 6_000 })).toEqual([0, 0.1, 0.2]);
});

test('labs that were started by mistake say nothing', () => {
  expect(lengths(0.1, 0.5).usual()).toBeUndefined();
});
