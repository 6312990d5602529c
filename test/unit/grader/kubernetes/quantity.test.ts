import { expect, test } from 'vitest';
import { quantity } from '../../../../sandbox-server/grader/kubernetes/quantity.ts';

test.each([
  ['250m', 0.25],
  ['0.1', 0.1],
  ['2', 2],
  ['64Mi', 64 * 1024 ** 2],
  ['1G', 1e9],
  ['1e3', 1000],
  ['100n', 1e-7],
  ['', 0],
  [undefined, 0],
])('%s is %d', (written, value) => {
  expect(quantity(written)).toBe(value);
});

test('what is none is told', () => {
  expect(() => quantity('5 apples')).toThrow('"5 apples" is no quantity of Kubernetes');
  expect(() => quantity('5Q')).toThrow('no quantity');
});
