import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { browserSite } from '../support/browser-site.ts';
import { mockLabPage, soon } from '../support/mock-lab-page.ts';

const MAC = { userAgent: 'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36' };

const site = browserSite();

const field = (page: Page) => page.getByRole('textbox', { name: 'Find in the terminal' });
const count = (page: Page) => page.locator('.ws-find-count').textContent();
const hasFocus = (page: Page) => field(page).evaluate((input) => input === document.activeElement);

async function printed() {
  const opened = await mockLabPage(site);
  const lines = Array.from({ length: 300 }, (_, n) => `line ${n} ${n % 100 === 7 ? 'Needle' : 'hay'}\r\n`);
  opened.terminal.prints(`\r\n${lines.join('')}needle at the end\r\n`);
  await opened.view.shows('needle at the end');
  return opened;
}

/** Looks for “needle”, and goes on from the newest of the four. */
async function toSecondNewest(page: Page): Promise<void> {
  await page.keyboard.press('Control+Shift+F');
  await soon(() => hasFocus(page)).toBe(true);
  await page.keyboard.type('needle');
  await soon(() => count(page)).toBe('4 of 4');
  await page.keyboard.press('Enter');
  await soon(() => count(page)).toBe('3 of 4');
}

test('finding goes from the newest match to the older ones and back, round the end, and scrolls to each', async () => {
  await using opened = await printed();
  const { page, view } = opened;
  await toSecondNewest(page);
  await view.shows('line 207 Needle');
  await page.keyboard.press('Enter');
  await soon(() => count(page)).toBe('2 of 4');
  await view.shows('line 107 Needle');
  await page.keyboard.press('Shift+Enter');
  await soon(() => count(page)).toBe('3 of 4');
  await page.getByRole('button', { name: 'Newer match' }).click();
  await page.getByRole('button', { name: 'Newer match' }).click();
  await soon(() => count(page)).toBe('1 of 4');
  await view.shows('line 7 Needle');
  expect(opened.terminal.typed).toBe('');
});

test('a window of another height does not lose the match that one is at', async () => {
  await using opened = await printed();
  const { page, view } = opened;
  await toSecondNewest(page);
  await page.setViewportSize({ width: 1280, height: 500 });
  // The addon looks again 200 ms after a resize, and counts from what is selected then.
  await page.waitForTimeout(1_000);
  expect(await count(page)).toBe('3 of 4');
  await page.keyboard.press('Enter');
  await soon(() => count(page)).toBe('2 of 4');
  await view.shows('line 107 Needle');
});

test('it says when there is none, counts by case when asked to, and axe finds nothing', async () => {
  await using opened = await printed();
  const { page } = opened;
  await page.keyboard.press('Control+Shift+F');
  await field(page).fill('needles');
  await soon(() => count(page)).toBe('None');
  await field(page).fill('Needle');
  await soon(() => count(page)).toBe('4 of 4');
  await page.getByRole('button', { name: 'Match case' }).click();
  await soon(() => count(page)).toBe('3 of 3');
  expect((await new AxeBuilder({ page }).include('#workspace').analyze()).violations).toEqual([]);
  await page.getByRole('button', { name: 'Match case' }).click();
  await field(page).fill('');
  await soon(() => count(page)).toBe('');
});

test('more matches than are marked are not said to be all', async () => {
  await using opened = await printed();
  const { page, terminal, view } = opened;
  terminal.prints(`${'aaaaaaaaaa'.repeat(120)}\r\nlast\r\n`);
  await view.shows('last');
  await page.keyboard.press('Control+Shift+F');
  await field(page).fill('a');
  await soon(() => count(page)).toMatch(/^(1000 or more|\d+ of 1000)$/);
  await page.keyboard.press('Enter');
  await soon(() => count(page)).not.toBe('1000');
});

test('Escape closes it and gives the keys back to the shell; asked for again, the field has the focus', async () => {
  await using opened = await printed();
  const { page, terminal } = opened;
  await page.keyboard.press('Control+Shift+F');
  await field(page).fill('hay');
  await page.locator('.xterm-helper-textarea').focus();
  await page.keyboard.press('Control+Shift+F');
  await soon(() => hasFocus(page)).toBe(true);
  await page.keyboard.press('Escape');
  await soon(() => field(page).count()).toBe(0);
  // Nothing of the search is still selected: Ctrl+C interrupts.
  await page.keyboard.press('Control+C');
  await soon(() => terminal.typed).toBe('\x03');
});

test('on a Mac ⌘F finds, and the page says so', async () => {
  await using opened = await mockLabPage(site, MAC);
  const { page } = opened;
  expect(await page.locator('.ws-hint').textContent()).toBe('F6 leaves the terminal, ⌘F finds');
  await page.keyboard.press('Meta+F');
  await soon(() => hasFocus(page)).toBe(true);
});
