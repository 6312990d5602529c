import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { browserSite } from '../support/browser-site.ts';
import { mockLabPage, soon, type MockLabPage } from '../support/mock-lab-page.ts';

const MAC = { userAgent: 'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36' };
const META = 4;

const site = browserSite();

/** Selects the word “alpha” as a mouse does. */
async function selectsAlpha({ page, terminal, view }: MockLabPage): Promise<void> {
  terminal.prints('\r\nalpha beta\r\n');
  await view.shows('alpha beta');
  const { x, y } = await view.pointAt('alpha beta');
  await page.mouse.dblclick(x, y);
  await page.locator('.xterm-selection > div').first().waitFor();
}

/** A Mac's browser turns ⌘ with a letter into a command of its own; this is how it does so. */
async function pressesOnMac(page: Page, letter: string, command: string): Promise<void> {
  const devtools = await page.context().newCDPSession(page);
  const key = {
    modifiers: META,
    key: letter,
    code: `Key${letter.toUpperCase()}`,
    windowsVirtualKeyCode: letter.toUpperCase().charCodeAt(0),
  };
  await devtools.send('Input.dispatchKeyEvent', { ...key, type: 'rawKeyDown', commands: [command] });
  await devtools.send('Input.dispatchKeyEvent', { ...key, type: 'keyUp' });
  await devtools.detach();
}

test.each(['Control+Shift+C', 'Control+C', 'Control+Insert'])('%s copies what is selected', async (keys) => {
  await using opened = await mockLabPage(site);
  await opened.copies('before');
  await selectsAlpha(opened);
  await opened.page.keyboard.press(keys);
  await soon(opened.clipboard).toBe('alpha');
  expect(opened.terminal.typed).toBe('');
});

test('Ctrl+C interrupts without a selection, also right after one was copied', async () => {
  await using opened = await mockLabPage(site);
  const { page, terminal } = opened;
  await page.keyboard.press('Control+C');
  await soon(() => terminal.typed).toBe('\x03');
  await selectsAlpha(opened);
  await page.keyboard.press('Control+C');
  await soon(opened.clipboard).toBe('alpha');
  await soon(() => page.getByRole('status').allTextContents()).toContain('Copied 5 characters.');
  await page.keyboard.press('Control+C');
  await soon(() => terminal.typed).toBe('\x03\x03');
});

test('Ctrl+Shift+C without a selection neither interrupts nor changes the clipboard', async () => {
  await using opened = await mockLabPage(site);
  await opened.copies('before');
  await opened.page.keyboard.press('Control+Shift+C');
  await opened.page.keyboard.type('x');
  await soon(() => opened.terminal.typed).toBe('x');
  expect(await opened.clipboard()).toBe('before');
});

test.each(['Control+Shift+V', 'Shift+Insert'])('%s pastes', async (keys) => {
  await using opened = await mockLabPage(site);
  await opened.copies('docker ps\n');
  await opened.page.keyboard.press(keys);
  await soon(() => opened.terminal.typed).toBe('\x1b[200~docker ps\r\x1b[201~');
});

test('on a Mac ⌘C copies, ⌘V pastes, and Ctrl+C always interrupts', async () => {
  await using opened = await mockLabPage(site, MAC);
  const { page, terminal } = opened;
  await selectsAlpha(opened);
  await page.keyboard.press('Control+C');
  await soon(() => terminal.typed).toBe('\x03');
  await selectsAlpha(opened);
  await pressesOnMac(page, 'c', 'copy');
  await soon(opened.clipboard).toBe('alpha');
  await pressesOnMac(page, 'v', 'paste');
  await soon(() => terminal.typed).toBe('\x03\x1b[200~alpha\x1b[201~');
});

test('a right click leaves the selection to the browser’s own menu', async () => {
  await using opened = await mockLabPage(site);
  const { page, view } = opened;
  await selectsAlpha(opened);
  const { x, y } = await view.pointAt('alpha beta');
  await page.mouse.click(x, y, { button: 'right' });
  const offered = () =>
    page.evaluate(() => {
      const field = document.activeElement;
      if (!(field instanceof HTMLTextAreaElement)) return undefined;
      return field.value.slice(field.selectionStart, field.selectionEnd);
    });
  await soon(offered).toBe('alpha');
  // What the menu's “Copy” does.
  await page.evaluate(() => document.execCommand('copy'));
  expect(await opened.clipboard()).toBe('alpha');
});
