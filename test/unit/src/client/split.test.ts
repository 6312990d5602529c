import { describe, expect, test } from 'vitest';
import { clampShare, shareAfterKey, WIDTH_SHARE } from '../../../../src/client/split.ts';

describe('the divider', () => {
  test.each([
    ['ArrowRight', 52],
    ['ArrowLeft', 48],
    ['PageUp', 60],
    ['PageDown', 40],
    ['Home', WIDTH_SHARE.min],
    ['End', WIDTH_SHARE.max],
    ['Enter', WIDTH_SHARE.initial],
  ])('%s moves it to %d percent', (key, expected) => {
    expect(shareAfterKey(key, 50, WIDTH_SHARE)).toBe(expected);
  });

  test('leaves other keys alone', () => {
    expect(shareAfterKey('a', 50, WIDTH_SHARE)).toBeUndefined();
  });

  test('stays within its bounds', () => {
    expect(shareAfterKey('ArrowRight', WIDTH_SHARE.max, WIDTH_SHARE)).toBe(WIDTH_SHARE.max);
    expect(clampShare(-3, WIDTH_SHARE)).toBe(WIDTH_SHARE.min);
  });
});
