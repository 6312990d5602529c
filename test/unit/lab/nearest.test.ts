import { expect, test } from 'vitest';
import { didYouMean, nearest } from '../../../sandbox-server/lab/nearest.ts';

test('the nearest name is suggested when it is near, and none otherwise', () => {
  expect(nearest('reoder', ['build', 'reorder'])).toBe('reorder');
  expect(nearest('zzzzzz', ['build', 'reorder'])).toBeUndefined();
  expect(didYouMean('buidl', ['build'])).toBe(' Did you mean "build"?');
  expect(didYouMean('x', [])).toBe('');
});
