import { expect, test } from 'vitest';
import { clockTime, stepTime, timeLeft } from '../../../../../../src/client/workspace/session/time-left.ts';

const MINUTE = 60_000;

test('the session’s end counts while idling is far away', () => {
  expect(timeLeft({ expiresAt: 50 * MINUTE, idleEndsAt: 30 * MINUTE }, 0)).toEqual({
    ms: 50 * MINUTE,
    reason: 'expiry',
    soon: false,
  });
});

test('an idle end that comes first and soon is what is said', () => {
  expect(timeLeft({ expiresAt: 50 * MINUTE, idleEndsAt: 4 * MINUTE }, 0)).toEqual({
    ms: 4 * MINUTE,
    reason: 'idle',
    soon: true,
  });
});

test('the last five minutes are soon, and time never runs below zero', () => {
  expect(timeLeft({ expiresAt: 5 * MINUTE, idleEndsAt: 30 * MINUTE }, 0).soon).toBe(true);
  expect(timeLeft({ expiresAt: 5 * MINUTE, idleEndsAt: 5 * MINUTE }, 6 * MINUTE).ms).toBe(0);
});

test.each([
  [0, '0:00'],
  [1, '0:01'],
  [9_500, '0:10'],
  [42 * MINUTE + 10_000, '42:10'],
  [65 * MINUTE, '1:05:00'],
])('%i ms reads %s', (ms, text) => {
  expect(clockTime(ms)).toBe(text);
});

test('a step’s time is short', () => {
  expect(stepTime(1_240)).toBe('1.2 s');
  expect(stepTime(12_400)).toBe('12 s');
});
