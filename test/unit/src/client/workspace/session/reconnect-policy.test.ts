import { expect, test } from 'vitest';
import {
  FIRST_DELAY_MS,
  MAX_DELAY_MS,
  reconnectDelay,
} from '../../../../../../src/client/workspace/session/reconnect-policy.ts';

test('delays double from the first one', () => {
  const delays = [1, 2, 3, 4].map((failures) => reconnectDelay(failures, () => 1));
  expect(delays).toEqual([FIRST_DELAY_MS, 2 * FIRST_DELAY_MS, 4 * FIRST_DELAY_MS, 8 * FIRST_DELAY_MS]);
});

test('no delay is longer than the longest, after any number of failures', () => {
  expect(reconnectDelay(50, () => 1)).toBe(MAX_DELAY_MS);
  expect(reconnectDelay(1e9, () => 1)).toBe(MAX_DELAY_MS);
});

test('the upper half of a delay is random', () => {
  expect(reconnectDelay(1, () => 0)).toBe(FIRST_DELAY_MS / 2);
  expect(reconnectDelay(1, () => 0.5)).toBe(FIRST_DELAY_MS * 0.75);
});
