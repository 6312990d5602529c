import { expect, test } from 'vitest';
import {
  DEFAULT_PREFERENCES,
  parsePreferences,
  storedPreferences,
} from '../../../../../src/client/workspace/preferences.ts';

test('nothing stored, or nothing that can be read, is the default', () => {
  for (const stored of [null, '', '{', '[]', '"x"', 'null'])
    expect(parsePreferences(stored)).toEqual(DEFAULT_PREFERENCES);
});

test('a damaged field costs only itself', () => {
  const stored = JSON.stringify({ fontSize: 'huge', screenReader: true, split: 0.3 });
  expect(parsePreferences(stored)).toEqual({ ...DEFAULT_PREFERENCES, screenReader: true, split: 0.3 });
});

test('numbers are kept within their bounds', () => {
  expect(parsePreferences(JSON.stringify({ fontSize: 400, split: -1 }))).toMatchObject({ fontSize: 26, split: 0.2 });
});

test('a browser that refuses storage just forgets', () => {
  const refused = storedPreferences(() => {
    throw new Error('refused');
  });
  expect(refused.load()).toEqual(DEFAULT_PREFERENCES);
  expect(() => refused.save(DEFAULT_PREFERENCES)).not.toThrow();
});
