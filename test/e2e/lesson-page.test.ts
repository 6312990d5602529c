import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { browserSite } from '../support/browser-site.ts';

const LESSON = '/containers/images/what-an-image-is/';

const site = browserSite();

const open = (width = 1440) => site.open(LESSON, { viewport: { width, height: 900 } });

const share = (page: Page) => page.locator('#divider').getAttribute('aria-valuenow');

test('the divider moves by keyboard and by mouse, and remembers', async () => {
  await using opened = await open();
  const { page } = opened;
  const divider = page.locator('#divider');
  const before = Number(await share(page));
  await divider.focus();
  await page.keyboard.press('PageUp');
  expect(Number(await share(page))).toBeCloseTo(before + 10, -1);

  const box = await divider.boundingBox();
  await page.mouse.move(box!.x + 3, 400);
  await page.mouse.down();
  await page.mouse.move(576, 400, { steps: 5 });
  await page.mouse.up();
  await expect.poll(() => share(page)).toBe('40');

  await page.reload();

  await page.waitForLoadState('networkidle');
  expect(await share(page)).toBe('40');
  expect((await page.locator('main').boundingBox())?.width).toBeCloseTo(576, -1);
});

test('with reduced motion the page has its new layout in the same moment, without a step between', async () => {
  await using opened = await open();
  const [before, after] = await opened.page.evaluate(() => {
    const divider = document.getElementById('divider')!;
    const left = () => divider.getBoundingClientRect().left;
    const measured = left();
    divider.dispatchEvent(new KeyboardEvent('keydown', { key: 'PageUp' }));
    return [measured, left()];
  });
  expect(after - before).toBeCloseTo(144, -1);
});

test('hints open one by one, the solution after two, and they stay open after a reload', async () => {
  await using opened = await open();
  const { page } = opened;
  const task = page
    .locator('[data-task]')
    .filter({ has: page.locator('[data-hint="2"]') })
    .filter({ has: page.locator('[data-solution]') })
    .first();
  const [first, second, solution] = ['[data-hint="1"]', '[data-hint="2"]', '[data-solution]'].map((part) =>
    task.locator(part),
  ) as [ReturnType<Page['locator']>, ReturnType<Page['locator']>, ReturnType<Page['locator']>];
  expect(await second.isVisible()).toBe(false);
  expect(await solution.isVisible()).toBe(false);
  await first.locator('summary').focus();
  await page.keyboard.press('Enter');
  await expect.poll(() => second.isVisible()).toBe(true);
  expect(await solution.isVisible()).toBe(false);
  await second.locator('summary').click();
  await expect.poll(() => solution.isVisible()).toBe(true);
  expect(await solution.locator('.help-body').isVisible()).toBe(false);

  await page.reload();

  await page.waitForLoadState('networkidle');
  expect(await first.locator('.help-body').isVisible()).toBe(true);
  expect(await second.locator('.help-body').isVisible()).toBe(true);
});

test('a quiz is answered by keyboard, explains the choice, and remembers it on the server', async () => {
  await using opened = await open();
  const { page } = opened;
  const question = page.locator('[data-question]').first();
  const wrong = question.locator('[data-choice]:not([data-right])').first();
  const saved = page.waitForResponse((response) => response.url().endsWith('/api/progress/quiz'));
  await wrong.locator('summary').focus();
  await page.keyboard.press('Enter');
  expect((await saved).status()).toBe(204);
  expect(await wrong.locator('.choice-why').textContent()).toMatch(/Not quite\s*\S/);

  const right = question.locator('[data-choice][data-right]');
  await right.locator('summary').click();
  await expect.poll(() => wrong.getAttribute('open')).toBeNull();

  await page.evaluate(() => localStorage.clear());
  await page.reload();
  await page.waitForLoadState('networkidle');
  expect(await right.getAttribute('open')).not.toBeNull();
  expect(await page.locator('[data-quiz-progress]').textContent()).toMatch(/^· 1 of \d+ right$/);
});

test('who comes back is where they were, and can go to the top', async () => {
  await using opened = await open();
  const { page } = opened;
  const heading = page.locator('article h2').nth(2);
  await heading.evaluate((element) => element.scrollIntoView({ block: 'start', behavior: 'instant' }));
  const top = async () => (await heading.boundingBox())?.y ?? 0;
  const before = await top();
  await expect
    .poll(() => page.evaluate(() => Object.keys(localStorage).some((key) => key.startsWith('drydock.place'))))
    .toBe(true);
  await page.goto(`${site.url}/`);
  await page.goto(site.url + LESSON);
  await page.waitForLoadState('networkidle');
  expect(Math.abs((await top()) - before)).toBeLessThan(40);
  await page.getByRole('button', { name: 'Go to the top' }).click();
  await expect.poll(() => page.evaluate(() => scrollY)).toBe(0);
});

test('a task’s state and words are shown as text, in the card, the list and the counter', async () => {
  await using opened = await open();
  const { page } = opened;
  const id = (await page.locator('[data-task]').first().getAttribute('data-task')) ?? '';
  const say = (view: object) =>
    page.evaluate((detail) => document.dispatchEvent(new CustomEvent('drydock:task', { detail })), {
      id,
      attempted: true,
      ...view,
    });
  const card = page.locator(`[data-task="${id}"]`);

  await say({
    state: 'notYet',
    verdict: { message: '<img src=x onerror=alert(1)> `shop`', expected: 'one', observed: 'two' },
  });
  await expect.poll(() => card.getAttribute('data-state')).toBe('notYet');
  expect(await card.locator('[data-task-verdict]').textContent()).toBe(
    '<img src=x onerror=alert(1)> shopExpectedoneSawtwo',
  );
  expect(await card.locator('[data-task-verdict] code').textContent()).toBe('shop');
  expect(await card.locator('img').count()).toBe(0);

  await say({ state: 'done' });
  expect(await card.locator('[data-task-status]').textContent()).toBe('Done');
  expect(await page.locator('[data-task-progress]').textContent()).toMatch(/^1 of \d+ tasks$/);
  expect(await page.locator(`[data-toc-task="${id}"]`).getAttribute('data-state')).toBe('done');
  expect(await page.locator('[data-announcer]').textContent()).toContain('Done');
});

test('on a phone the lab is one tap away, covers the lesson, and gives the focus back', async () => {
  await using opened = await open(390);
  const { page } = opened;
  const lab = page.getByRole('complementary', { name: 'Lab' });
  expect(await lab.isVisible()).toBe(false);
  await page.getByRole('button', { name: 'Open the lab' }).click();
  await expect.poll(() => lab.isVisible()).toBe(true);
  await expect.poll(() => page.evaluate(() => document.activeElement?.textContent)).toContain('Back to the lesson');
  await expect.poll(() => lab.textContent()).toContain('Labs are off');
  await page.getByRole('button', { name: 'Back to the lesson' }).click();
  await expect.poll(() => lab.isVisible()).toBe(false);
  await expect.poll(() => page.evaluate(() => document.activeElement?.textContent)).toContain('Open the lab');
});

test('the search opens by key, finds a lesson, and goes there by Enter', async () => {
  await using opened = await open();
  const { page } = opened;
  await page.keyboard.press('/');
  await page.locator('dialog input:focus').waitFor();
  await page.keyboard.type('cache');
  const selected = page.locator('#search-results [aria-selected="true"]');
  await expect.poll(() => selected.count()).toBe(1);
  const title = (await selected.locator('.search-result-title').textContent()) ?? '';
  await page.keyboard.press('Enter');
  // A result says the lesson and the section, and leads to that section.
  await expect.poll(async () => title.startsWith((await page.locator('h1').textContent()) ?? '?')).toBe(true);
  expect(page.url()).toContain('#');
});

test('the start page’s button leads on to where the learner was', async () => {
  await using opened = await open();
  const { page } = opened;
  await page.goto(site.url);
  await page.waitForLoadState('networkidle');
  const button = page.locator('[data-continue]');
  expect(await button.textContent()).toContain('Continue');
  await button.click();
  await expect.poll(() => page.url()).toBe(site.url + LESSON);
});
