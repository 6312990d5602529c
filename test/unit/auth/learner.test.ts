import { expect, test } from 'vitest';
import { learnerOf, newToken } from '../../../sandbox-server/auth/learner.ts';

test('a token stands for the same learner each time, and two for two', () => {
  const [a, b] = [newToken(), newToken()];
  expect(learnerOf(a)).toBe(learnerOf(a));
  expect(learnerOf(a)).not.toBe(learnerOf(b));
});

test('the learner’s id does not contain the token', () => {
  const token = newToken();
  expect(learnerOf(token)).not.toContain(token.slice(0, 8));
});

test.each([undefined, '', 'short', 'x'.repeat(44), `${'x'.repeat(42)}!`, `${'x'.repeat(43)}\n`])(
  '%j is no token',
  (token) => {
    expect(learnerOf(token)).toBeUndefined();
  },
);
