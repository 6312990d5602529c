import { expect, test } from 'vitest';
import { browserSite } from '../support/browser-site.ts';
import { mockLabPage, soon } from '../support/mock-lab-page.ts';

const MIB = 1024 * 1024;

const site = browserSite();

test('5 MB pasted at once arrive whole, as fast as the shell takes them, and the page lives', async () => {
  await using opened = await mockLabPage(site);
  const { page, terminal, copies } = opened;
  terminal.prints('\x1b[?2004l');
  const line = `${'x'.repeat(99)}\n`;
  await copies(line.repeat((5 * MIB) / 100));
  let answers = 0;
  await page.keyboard.press('Control+Shift+V');
  const expected = Math.floor((5 * MIB) / 100) * 100;
  while (terminal.typed.length < expected) {
    await page.evaluate(() => document.title);
    answers++;
    await page.waitForTimeout(10);
  }
  expect(terminal.typed.length).toBe(expected);
  expect(new Set(terminal.typed)).toEqual(new Set(['x', '\r']));
  console.log(`measured: the page answered ${answers} times meanwhile`);
  expect(answers).toBeGreaterThan(2);
}, 60_000);

test('wide and combining characters, emoji and colours take the cells that programs count with', async () => {
  await using opened = await mockLabPage(site);
  const { page, terminal, view } = opened;
  // Each is followed by a question for the cursor: the column says how wide it was.
  const COLUMNS: [text: string, column: number][] = [
    ['漢字', 5],
    ['e\u0301', 2],
    ['🚀', 3],
    ['a\u200db', 3],
  ];
  for (const [text, column] of COLUMNS) {
    const bytes = Buffer.from(`\r\n${text}\x1b[6n`);
    const before = terminal.typed.length;
    terminal.printsBytes(bytes);
    await soon(() => terminal.typed.slice(before)).toMatch(new RegExp(`^\\x1b\\[\\d+;${column}R$`));
  }
  terminal.prints('\r\n\x1b[38;2;255;100;0mtruecolor\x1b[0m');
  await view.shows('truecolor');
  const colour = await page
    .locator('.xterm-rows span', { hasText: 'truecolor' })
    .first()
    .evaluate((span) => getComputedStyle(span).color);
  expect(colour).toMatch(/^rgb\(\d+, \d+, \d+\)$/);
  expect(colour).not.toBe(await page.locator('.xterm-rows').evaluate((rows) => getComputedStyle(rows).color));
});

test('a full-screen program takes the screen and gives it back; the mouse is its own meanwhile', async () => {
  await using opened = await mockLabPage(site);
  const { page, terminal, view } = opened;
  terminal.prints('before\r\n\x1b[?1049h\x1b[H\x1b[2J\x1b[?1000h\x1b[?1006hFULL SCREEN');
  await view.shows('FULL SCREEN');
  expect(await view.screen()).not.toContain('before');
  await page.locator('.xterm-screen').click({ position: { x: 20, y: 20 } });
  await soon(() => terminal.typed).toMatch(/^\x1b\[<0;\d+;\d+M\x1b\[<0;\d+;\d+m$/);
  terminal.prints('\x1b[?1000l\x1b[?1006l\x1b[?1049l');
  await view.shows('before');
});

test('a binary that is printed leaves a terminal that works', async () => {
  await using opened = await mockLabPage(site);
  const { page, terminal, view } = opened;
  // All bytes in an order that makes no sense, but none of what switches the alternate screen or the keyboard off.
  const noise = Buffer.from(Array.from({ length: 300_000 }, (_, index) => (index * 7919 + (index >> 3)) % 256));
  terminal.printsBytes(noise);
  terminal.prints('\x18\x1bc');
  terminal.prints('alive\r\n');
  await view.shows('alive');
  const before = terminal.typed.length;
  await page.keyboard.type('ls');
  await soon(() => terminal.typed.slice(before)).toContain('ls');
  expect(opened.complaints).toEqual([]);
});
