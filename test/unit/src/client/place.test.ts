import { expect, test } from 'vitest';
import { parsePlace } from '../../../../src/client/place.ts';

test('a place is a block and a part of it', () => {
  expect(parsePlace('12 0.250')).toEqual({ block: 12, part: 0.25 });
  expect(parsePlace('3 5.5')).toEqual({ block: 3, part: 1 });
});

test.each([undefined, '', 'x', '1', '-1 0.5', '99999 0.1'])('%j is no place', (text) => {
  expect(parsePlace(text)).toBeUndefined();
});
