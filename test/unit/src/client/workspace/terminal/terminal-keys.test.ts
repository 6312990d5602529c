import { expect, test } from 'vitest';
import { keyMeaning, type PressedKey } from '../../../../../../src/client/workspace/terminal/terminal-keys.ts';

/** `Ctrl+Shift+c` → a pressed key. */
function pressed(keys: string, code?: string): PressedKey {
  const parts = keys.split('+');
  const key = parts.pop() ?? '';
  const has = (name: string) => parts.includes(name);
  return {
    key,
    code: code ?? `Key${key.toUpperCase()}`,
    ctrlKey: has('Ctrl'),
    shiftKey: has('Shift'),
    altKey: has('Alt'),
    metaKey: has('Meta'),
  };
}

const MEANINGS: [keys: string, selected: boolean, elsewhere: string, apple: string][] = [
  ['Ctrl+c', false, 'shell', 'shell'],
  ['Ctrl+c', true, 'copy', 'shell'],
  ['Ctrl+Shift+C', true, 'copy', 'copy'],
  ['Ctrl+Shift+C', false, 'nothing', 'nothing'],
  ['Ctrl+Shift+V', false, 'browser', 'browser'],
  ['Ctrl+v', false, 'shell', 'shell'],
  ['Ctrl+Shift+F', false, 'find', 'find'],
  ['Ctrl+f', false, 'shell', 'shell'],
  ['Meta+c', true, 'shell', 'copy'],
  ['Meta+c', false, 'shell', 'shell'],
  ['Meta+f', false, 'shell', 'find'],
  ['Ctrl+Alt+c', true, 'shell', 'shell'],
  ['F6', false, 'browser', 'browser'],
  ['Tab', false, 'shell', 'shell'],
  ['Escape', true, 'shell', 'shell'],
];

test.each(MEANINGS)('%s, selected: %s, is for the %s; on a Mac for the %s', (keys, selected, elsewhere, onApple) => {
  expect(keyMeaning(pressed(keys), { apple: false, selected })).toBe(elsewhere);
  expect(keyMeaning(pressed(keys), { apple: true, selected })).toBe(onApple);
});

test('a layout with another alphabet copies by the key that has the letter', () => {
  expect(keyMeaning(pressed('Ctrl+с', 'KeyC'), { apple: false, selected: true })).toBe('copy');
});

test('a layout that moves the letters goes by what is printed on the key', () => {
  expect(keyMeaning(pressed('Ctrl+c', 'KeyI'), { apple: false, selected: true })).toBe('copy');
  expect(keyMeaning(pressed('Ctrl+j', 'KeyC'), { apple: false, selected: true })).toBe('shell');
});
