import { expect, test } from 'vitest';
import { terminalTheme } from '../../../../../../src/client/workspace/terminal/terminal-theme.ts';

test('takes each colour from its token', () => {
  const theme = terminalTheme((property) => ` ${property} `);
  expect(theme).toMatchObject({
    background: '--term-bg',
    cursorAccent: '--term-bg',
    brightBlack: '--term-bright-black',
  });
});

test('leaves out what the style sheet does not name', () => {
  expect(terminalTheme((property) => (property === '--term-red' ? '#f00' : ''))).toEqual({ red: '#f00' });
});
