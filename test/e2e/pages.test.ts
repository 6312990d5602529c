import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { readdirSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { browserSite } from '../support/browser-site.ts';

const LESSON = '/containers/images/what-an-image-is/';
const PAGES = [
  '/',
  '/containers/images/',
  '/containers/kubernetes/',
  '/containers/covers/',
  LESSON,
  '/guide/',
  '/guide/writing-lessons/',
  '/watch/',
  '/nowhere/',
];
/** Each width, and each theme, wide and narrow. */
const LOOKS = [
  [1440, 'light'],
  [1440, 'dark'],
  [900, 'light'],
  [390, 'dark'],
] as const;

/** What a lesson may fetch of scripts before a lab is started, compressed. The promise is 60 KB; it is far below. */
const SCRIPT_BUDGET_BYTES = 20 * 1024;

const site = browserSite();
const { open } = site;

const faultsOf = async (page: Page) => {
  const { violations } = await new AxeBuilder({ page }).analyze();
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target.join(' ')).join(', ')}`);
};

const LESSONS = ['images', 'runtime', 'kubernetes'].flatMap((module) =>
  readdirSync(`content/containers/${module}`, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => `/containers/${module}/${name.replace(/^\d+-/, '')}/`),
);

test.each(LESSONS.map((lesson, index) => [lesson, index % 2 === 0 ? 'dark' : 'light'] as const))(
  '%s with all help open, %s: axe finds nothing, and a phone need not scroll it sideways',
  async (lesson, colorScheme) => {
    await using opened = await open(lesson, { viewport: { width: 390, height: 844 }, colorScheme });
    const { page } = opened;
    await page.locator('details').evaluateAll((all) => {
      for (const one of all) if (one instanceof HTMLDetailsElement) one.open = true;
    });
    expect(await faultsOf(page)).toEqual([]);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(390);
  },
);

describe.each(LOOKS)('at %d pixels in the %s theme', (width, colorScheme) => {
  test.each(PAGES)('%s: axe finds nothing, it does not scroll sideways, and nothing complains', async (path) => {
    await using opened = await open(path, { viewport: { width, height: 900 }, colorScheme });
    const { page, complaints } = opened;
    expect(await faultsOf(page)).toEqual([]);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(width);
    expect(complaints).toEqual([]);
  });
});

test.each(['light', 'dark'] as const)(
  'the search, and a quiz with a wrong and a right answer: axe finds nothing, %s',
  async (colorScheme) => {
    await using opened = await open(LESSON, { viewport: { width: 1440, height: 900 }, colorScheme });
    const { page } = opened;
    const question = page.locator('[data-question]').first();
    await question.locator('[data-choice]:not([data-right]) summary').first().click();
    await question.locator('.choice-why').first().waitFor();
    expect(await faultsOf(page)).toEqual([]);
    await question.locator('[data-choice][data-right] summary').click();
    await page.keyboard.press('/');
    await page.locator('dialog input:focus').waitFor();
    await page.keyboard.type('cache');
    await page.locator('#search-results [aria-selected="true"]').waitFor();
    expect(await faultsOf(page)).toEqual([]);
  },
);

describe('a lesson', () => {
  test('reads without scripts: no control that would do nothing, help that opens by itself', async () => {
    await using opened = await open(LESSON, { javaScriptEnabled: false });
    const { page } = opened;
    expect(
      await page
        .locator('[data-run], [data-copy], [data-task-check], [data-open-lab]')
        .filter({ visible: true })
        .count(),
    ).toBe(0);
    expect(await page.locator('#workspace').isVisible()).toBe(false);
    const hint = page.locator('details[data-hint]').first();
    await hint.locator('summary').click();
    expect(await hint.locator('.help-body').isVisible()).toBe(true);
  });

  test('fetches few scripts before a lab is started, and none of the terminal', async () => {
    const scripts: Promise<Buffer>[] = [];
    await using _opened = await open(LESSON, {}, (page) => {
      page.on('response', (response) => {
        if (response.request().resourceType() === 'script') scripts.push(response.body());
      });
    });
    const bodies = await Promise.all(scripts);
    const bytes = bodies.reduce((sum, body) => sum + gzipSync(body).length, 0);
    expect(bodies.length).toBeGreaterThan(0);
    expect(bytes).toBeLessThan(SCRIPT_BUDGET_BYTES);
  });

  test('fetches nothing from elsewhere', async () => {
    const elsewhere: string[] = [];
    await using _opened = await open(LESSON, {}, (page) => {
      page.on('request', (request) => {
        if (!request.url().startsWith(site.url) && !request.url().startsWith('data:')) elsewhere.push(request.url());
      });
    });
    expect(elsewhere).toEqual([]);
  });

  test('prints the text and nothing around it', async () => {
    await using opened = await open(LESSON);
    const { page } = opened;
    await page.emulateMedia({ media: 'print' });
    for (const part of ['.site-header', '#workspace', '.code-buttons', '[data-solution]', '.pager']) {
      expect(await page.locator(part).first().isVisible(), part).toBe(false);
    }
    expect(await page.locator('[data-hint="1"] .help-body').first().isVisible()).toBe(true);
  });
});

test('a chosen theme is there before the first paint', async () => {
  await using opened = await open('/', { colorScheme: 'light' });
  const { page } = opened;
  const toggle = page.getByRole('button', { name: /^Theme/ });
  await toggle.click();
  await toggle.click();
  expect(await toggle.textContent()).toContain('Theme: dark');
  await page.goto(site.url + LESSON, { waitUntil: 'commit' });
  await page.waitForSelector('body', { state: 'attached' });
  expect(await page.evaluate(() => document.documentElement.dataset['theme'])).toBe('dark');
});

test('pages are sent compressed', async () => {
  const page = await fetch(site.url + LESSON, { headers: { 'accept-encoding': 'br' } });
  expect(page.headers.get('content-encoding')).toBe('br');
  expect(await page.text()).toContain('<h1');
});

test('the start page says that the labs are off, and why', async () => {
  await using opened = await open('/');
  await expect.poll(() => opened.page.locator('[data-labs-off]').textContent()).toMatch(/labs are off/);
});
