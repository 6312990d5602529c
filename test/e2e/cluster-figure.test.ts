import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from 'playwright-core';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { browserSite } from '../support/browser-site.ts';

const LESSON = '/containers/kubernetes/deployments/';
/** The promise for a lesson before its lab: the figure’s code is many times this. */
const SCRIPT_BUDGET_BYTES = 60 * 1024;
const FIGURE_CODE = /\/mount\.[^/]*\.js$/;

const site = browserSite();

const figureOf = (page: Page) => page.locator('[data-cluster-figure]').first();
const podsOf = (page: Page) => figureOf(page).locator('.cf-pod');
const runningPods = (page: Page) => podsOf(page).filter({ hasText: /Running(?!, not ready)/ });
const saidIn = (page: Page) => figureOf(page).getByRole('status');

async function scrollTo(page: Page): Promise<void> {
  await figureOf(page).scrollIntoViewIfNeeded();
  await expect.poll(() => runningPods(page).count()).toBe(3);
}

test('nothing of a figure is fetched before it is scrolled to; then its cluster starts', async () => {
  const scripts: { url: string; bytes: Promise<number> }[] = [];
  await using opened = await site.open(LESSON, { viewport: { width: 1440, height: 900 } }, (page) => {
    page.on('response', (response) => {
      if (response.request().resourceType() !== 'script') return;
      scripts.push({ url: response.url(), bytes: response.body().then((body) => gzipSync(body).length) });
    });
  });
  const { page, complaints } = opened;
  const before = await Promise.all(scripts.map(({ bytes }) => bytes));
  expect(scripts.filter(({ url }) => FIGURE_CODE.test(url))).toEqual([]);
  expect(before.reduce((sum, bytes) => sum + bytes, 0)).toBeLessThan(SCRIPT_BUDGET_BYTES);
  expect(await figureOf(page).locator('svg[role="img"]').getAttribute('aria-label')).toBe(
    '2 nodes and a Deployment of 3 pods.',
  );

  await scrollTo(page);

  expect(scripts.filter(({ url }) => FIGURE_CODE.test(url))).toHaveLength(1);
  expect(await figureOf(page).textContent()).toContain('Simulation It runs in this page');
  expect(await saidIn(page).textContent()).toBe('You want 3 pods. 3 of 3 pods are ready.');
  expect(complaints).toEqual([]);
});

test('a reader scales and kills by keyboard, sees the replacement, and starts again', async () => {
  await using opened = await site.open(LESSON, { viewport: { width: 1440, height: 900 } });
  const { page } = opened;
  await scrollTo(page);
  const figure = figureOf(page);

  await figure.getByRole('button', { name: 'One replica more' }).focus();
  await page.keyboard.press('Enter');
  await expect.poll(() => saidIn(page).textContent()).toBe('You scaled the Deployment to 4. 4 of 4 pods are ready.');
  expect(await podsOf(page).count()).toBe(4);

  const names = () => podsOf(page).locator('.cf-pod-name').allTextContents();
  const [victim] = await names();
  await podsOf(page).first().getByRole('button', { name: 'Kill pod' }).focus();
  await page.keyboard.press('Enter');
  await expect.poll(() => saidIn(page).textContent()).toMatch(/^You killed pod \w{5}\. 3 of 4 pods are ready\.$/);
  await expect.poll(() => saidIn(page).textContent()).toMatch(/^You killed pod \w{5}\. 4 of 4 pods are ready\.$/);
  await expect.poll(() => podsOf(page).count()).toBe(4);
  expect(await names()).not.toContain(victim);
  // The focus did not fall back to the top of the page with the pod that had it.
  expect(await figure.evaluate((element) => element.contains(document.activeElement))).toBe(true);
  expect(await figure.getByRole('list').last().textContent()).toContain('ReplicaSet controller counts too few');

  await figure.getByRole('button', { name: 'Start again' }).click();
  await expect.poll(() => saidIn(page).textContent()).toBe('You want 3 pods. 3 of 3 pods are ready.');
  await expect.poll(() => podsOf(page).count()).toBe(3);
});

test.each([
  [390, 'light'],
  [390, 'dark'],
  [1440, 'light'],
  [1440, 'dark'],
] as const)('at %d pixels, %s: axe finds nothing, and nothing scrolls sideways', async (width, colorScheme) => {
  await using opened = await site.open(LESSON, { viewport: { width, height: 900 }, colorScheme });
  const { page } = opened;
  await scrollTo(page);
  await podsOf(page).first().getByRole('button', { name: 'Kill pod' }).click();
  await podsOf(page).filter({ hasText: 'Terminating' }).waitFor();
  const { violations } = await new AxeBuilder({ page }).include('[data-cluster-figure]').analyze();
  expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target.join(' ')).join(', ')}`)).toEqual(
    [],
  );
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(width);
  const wider = await figureOf(page)
    .locator('.figure-picture')
    .evaluate((box) => box.scrollWidth - box.clientWidth);
  expect(wider).toBe(0);
});

test('without scripts there is a still picture, and no button that does nothing', async () => {
  await using opened = await site.open(LESSON, { javaScriptEnabled: false });
  const figure = figureOf(opened.page);
  expect(await figure.getByRole('img').isVisible()).toBe(true);
  expect(await figure.textContent()).toContain('With JavaScript, you could try it here.');
  expect(await figure.getByRole('button').count()).toBe(0);
});

test('its code did not arrive: the figure says so, and tries again', async () => {
  let arrives = false;
  await using opened = await site.open(LESSON, { viewport: { width: 1440, height: 900 } }, async (page) => {
    await page.route(FIGURE_CODE, (route) => (arrives ? route.continue() : route.abort()));
  });
  const { page } = opened;
  await figureOf(page).scrollIntoViewIfNeeded();
  await expect.poll(() => figureOf(page).getByRole('alert').textContent()).toContain('could not be fetched');
  arrives = true;
  await figureOf(page).getByRole('button', { name: 'try again' }).click();
  await expect.poll(() => runningPods(page).count()).toBe(3);
});
