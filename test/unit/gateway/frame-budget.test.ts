import { expect, test } from 'vitest';
import { FrameBudget } from '../../../sandbox-server/gateway/frame-budget.ts';

test('a page in use never runs out of frames; a flood does, and recovers with time', () => {
  const budget = new FrameBudget(0);
  for (let ms = 1; ms <= 60_000; ms += 2) expect(budget.take(ms)).toBe(true);
  let taken = 0;
  while (budget.take(60_000)) taken++;
  expect(taken).toBeGreaterThan(1_000);
  expect(taken).toBeLessThan(10_000);
  expect(budget.take(60_000)).toBe(false);
  expect(budget.take(61_000)).toBe(true);
});
