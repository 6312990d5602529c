import { expect, test } from 'vitest';
import { nextRegion, type Region } from '../../../../../src/client/workspace/regions.ts';

const focused = {} as Element;
const region = (has: boolean, there = true): Region => ({
  isThere: () => there,
  contains: () => has,
  enter: () => undefined,
});

test('goes round in both directions', () => {
  const [lesson, terminal, panel] = [region(false), region(true), region(false)] as const;
  expect(nextRegion([lesson, terminal, panel], focused, 1)).toBe(panel);
  expect(nextRegion([lesson, terminal, panel], focused, -1)).toBe(lesson);
  expect(nextRegion([terminal, lesson], focused, -1)).toBe(lesson);
});

test('leaves out what can not be seen', () => {
  const [lesson, terminal, panel] = [region(true), region(false, false), region(false)] as const;
  expect(nextRegion([lesson, terminal, panel], focused, 1)).toBe(panel);
});

test('from elsewhere it enters the first one, or backwards the last', () => {
  const [lesson, terminal] = [region(false), region(false)] as const;
  expect(nextRegion([lesson, terminal], null, 1)).toBe(lesson);
  expect(nextRegion([lesson, terminal], focused, -1)).toBe(terminal);
  expect(nextRegion([], focused, 1)).toBeUndefined();
});
