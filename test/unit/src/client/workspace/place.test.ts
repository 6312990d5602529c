import { expect, test } from 'vitest';
import { storedPlace } from '../../../../../src/client/workspace/place.ts';

function storage(): Storage {
  const items = new Map<string, string>();
  return {
    getItem: (key: string) => items.get(key) ?? null,
    setItem: (key: string, value: string) => void items.set(key, value),
  } as unknown as Storage;
}

test('a reload finds the terminal and the focus', () => {
  const items = storage();
  storedPlace(() => items).save({ terminal: 't2', focused: true });
  expect(storedPlace(() => items).load()).toEqual({ terminal: 't2', focused: true });
});

test('nothing, or nonsense, is no place', () => {
  const none = { terminal: undefined, focused: false };
  expect(storedPlace(storage).load()).toEqual(none);
  for (const stored of ['{', 'null', '[]', '{"terminal":7,"focused":"yes"}']) {
    const items = { getItem: () => stored } as unknown as Storage;
    expect(storedPlace(() => items).load()).toEqual(none);
  }
});

test('a browser that refuses storage forgets', () => {
  const refused = storedPlace(() => {
    throw new Error('refused');
  });
  expect(refused.save({ terminal: 't1', focused: true })).toBe(false);
  expect(refused.load()).toEqual({ terminal: undefined, focused: false });
});
