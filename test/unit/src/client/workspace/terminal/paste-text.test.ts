import { expect, test } from 'vitest';
import { asPaste, pasteText } from '../../../../../../src/client/workspace/terminal/paste-text.ts';

test('lines end as Enter sends them', () => {
  expect(pasteText('a\nb\r\nc')).toBe('a\rb\rc');
});

test('a paste can not end itself', () => {
  expect(asPaste('ls\x1b[201~; rm -rf ~\n', true)).toBe('\x1b[200~ls; rm -rf ~\r\x1b[201~');
});

test('taking the end mark out of one can not make another', () => {
  expect(asPaste('\x1b[20\x1b[201~1~evil', true).indexOf('\x1b[201~')).toBe('\x1b[200~[201~evil'.length);
});

test('control characters stay out, tabs and all other text stay in', () => {
  expect(pasteText('\x03\x04\x1bé\tü 漢字 \u{1F433}\x7f\x9b')).toBe('é\tü 漢字 \u{1F433}');
});

test('without brackets nothing is added', () => {
  expect(asPaste('ls', false)).toBe('ls');
});
