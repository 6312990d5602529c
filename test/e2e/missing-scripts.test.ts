import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { browserSite } from '../support/browser-site.ts';

const LESSON = '/containers/images/what-an-image-is/';

const site = browserSite();

/** The lesson's own script does not arrive, so many times; how often it was asked for. */
async function loses(page: Page, times: number): Promise<{ asked: number }> {
  const seen = { asked: 0 };
  await page.route(/_lesson_.*\.js$/, (route) => (++seen.asked > times ? route.continue() : route.abort()));
  return seen;
}

test('a page whose script did not arrive loads again by itself, and its buttons work', async () => {
  await using opened = await site.open(LESSON, { viewport: { width: 390, height: 844 } }, async (page) => {
    await loses(page, 1);
  });
  const { page } = opened;
  await page.getByRole('button', { name: 'Open the lab' }).click();
  await expect.poll(() => page.getByRole('complementary', { name: 'Lab' }).isVisible()).toBe(true);
});

test('the lab’s code did not arrive: the page says so, and its button tries again', async () => {
  let arrives = false;
  await using opened = await site.open(LESSON, { viewport: { width: 1440, height: 900 } }, async (page) => {
    await page.route(/\/workspace\.[^/]*\.js$/, (route) => (arrives ? route.continue() : route.abort()));
  });
  const { page } = opened;
  const lab = page.getByRole('complementary', { name: 'Lab' });
  await page.getByRole('button', { name: 'Start the lab' }).click();
  await expect.poll(() => lab.getByRole('alert').textContent()).toContain('could not be fetched');
  arrives = true;
  await page.getByRole('button', { name: 'Start the lab' }).click();
  await expect.poll(() => lab.textContent()).toContain('Labs are off');
});

test('one that never arrives is asked for twice, and the page says what that means', async () => {
  let seen = { asked: 0 };
  await using opened = await site.open(LESSON, {}, async (page) => {
    seen = await loses(page, Number.POSITIVE_INFINITY);
  });
  const { page } = opened;
  await expect.poll(() => page.getByRole('alert').textContent()).toContain('could not be fetched');
  expect(seen.asked).toBe(2);
  expect(await page.locator('article h2').first().isVisible()).toBe(true);
});
