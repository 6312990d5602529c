import { expect, test } from 'vitest';
import { tabToFocus } from '../../../../../../src/client/workspace/views/tab-keys.ts';

test.each([
  ['ArrowRight', 2, 0],
  ['ArrowLeft', 0, 2],
  ['ArrowRight', 0, 1],
  ['Home', 2, 0],
  ['End', 0, 2],
])('%s at tab %i goes to %i of three', (key, current, next) => {
  expect(tabToFocus(key, current, 3)).toBe(next);
});

test('other keys, and no tabs, go nowhere', () => {
  expect(tabToFocus('Enter', 0, 3)).toBeUndefined();
  expect(tabToFocus('ArrowRight', 0, 0)).toBeUndefined();
});
