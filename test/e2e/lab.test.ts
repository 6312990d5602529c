import { AxeBuilder } from '@axe-core/playwright';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Browser, BrowserContext } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { thisHost } from '../../sandbox-server/setup/host.ts';
import { silentProgress } from '../../sandbox-server/setup/progress.ts';
import { ROOT } from '../../scripts/options.ts';
import { buildSite } from '../../scripts/site.ts';
import { launchChromium } from '../support/chromium.ts';
import { leftovers, realDocker, sandboxLeftovers } from '../support/engine.ts';
import { inTheme } from '../support/in-theme.ts';
import { LabPage } from '../support/lab-page.ts';
import { ServerProcess } from '../support/server-process.ts';
import { dataFolder, type DataFolder } from '../support/test-server.ts';

let data: DataFolder;
let server: ServerProcess;
let browser: Browser;
let context: BrowserContext;
let lab: LabPage;
let port = 0;

async function startServer(): Promise<void> {
  const host = thisHost({ HOME: homedir(), PATH: dirname(process.execPath) });
  const siteDir = await buildSite({ root: ROOT, host, progress: silentProgress });
  server = await ServerProcess.start(data, { siteDir, contentDir: join(ROOT, 'content'), port });
  port = Number(new URL(server.url).port);
}

async function axe(): Promise<string[]> {
  const { violations } = await new AxeBuilder({ page: lab.page }).analyze();
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target.join(' ')).join(', ')}`);
}

const scrollsSideways = () =>
  lab.page.evaluate(() => document.documentElement.scrollWidth > document.documentElement.clientWidth);

beforeAll(async () => {
  data = dataFolder();
  await startServer();
  browser = await launchChromium();
  context = await browser.newContext({ viewport: { width: 1440, height: 900 }, reducedMotion: 'reduce' });
  const page = await context.newPage();
  await LabPage.withoutWebgl(page);
  lab = new LabPage(page);
}, 120_000);

afterAll(async () => {
  await browser?.close();
  await server?.[Symbol.asyncDispose]();
  expect(await leftovers(realDocker(), data.owner)).toEqual([]);
  data[Symbol.dispose]();
});

describe('a newcomer goes through the first lesson', () => {
  test('from the landing page to a prompt that echoes', async () => {
    await lab.page.goto(server.url);
    await lab.page.waitForLoadState('networkidle');
    const begun = performance.now();
    await lab.page.locator('[data-continue]').click();
    await lab.page.waitForURL('**/containers/images/what-an-image-is/');
    await lab.atPrompt();
    await lab.types('echo he""llo');
    await lab.shows(/^hello$/m);
    console.log(
      `measured: click on Start to a prompt that echoes ${((performance.now() - begun) / 1000).toFixed(2)} s`,
    );
  });

  test.each(['light', 'dark'] as const)(
    'with a lab running, axe finds nothing in the %s theme',
    async (colorScheme) => {
      await inTheme(lab.page, colorScheme);
      expect(await axe()).toEqual([]);
      expect(await scrollsSideways()).toBe(false);
    },
  );

  test('a run block is typed into the terminal', async () => {
    await lab.runs(lab.page.locator('[data-run]').nth(0));
    await lab.runs(lab.page.locator('[data-run]').nth(1));
    await lab.shows('node: command not found');
    await lab.runs(lab.page.locator('[data-run]').nth(2));
  });

  test('a wrong command is turned down, and says why', async () => {
    await lab.types('docker run -d --name shop shop:1');
    await lab.taskIs('start', 'notYet');
    await lab.verdictIs('start', /no port of the machine leads to it/);
    expect(await axe()).toEqual([]);
  });

  test('the right one is ticked by itself', async () => {
    await lab.atPrompt();
    await lab.types('docker rm -f shop');
    await lab.atPrompt();
    await lab.types('docker run -d --name shop -p 8080:3000 shop:1; echo ran');
    await lab.shows(/^ran$/m);
    const returned = performance.now();
    await lab.taskIs('start', 'done');
    console.log(`measured: command returns to tick ${(performance.now() - returned).toFixed(0)} ms`);
    expect(await lab.page.locator('[data-task-progress]').textContent()).toMatch(/^1 of \d+/);
  });

  test('a wrong answer is turned down and says why, the right one is ticked', async () => {
    await lab.answers('runtime', '22');
    await lab.taskIs('runtime', 'notYet');
    await lab.verdictIs('runtime', /all three numbers/);
    await lab.atPrompt();
    await lab.types('clear; docker exec shop node --version');
    const [, version] = /^(v\d+\.\d+\.\d+)$/m.exec(await lab.shows(/^v\d+\.\d+\.\d+$/m)) ?? [];
    await lab.answers('runtime', version!);
    await lab.taskIs('runtime', 'done');
  });

  test('after a reload in the middle everything is as it was', async () => {
    await lab.atPrompt();
    await lab.types('cd /tmp; WORD=kept; echo before the reload');
    await lab.shows(/^before the reload$/m);
    await lab.atPrompt();
    const before = await lab.screen();
    await lab.page.reload();
    await lab.page.waitForLoadState('networkidle');
    await lab.atPrompt();
    await expect.poll(() => lab.screen()).toBe(before);
    await lab.taskIs('start', 'done');
    await lab.taskIs('runtime', 'done');
    await lab.types('echo $WORD $PWD');
    await lab.shows(/^kept \/tmp$/m);
  });

  test('a server that was killed comes back, and the page goes on by itself', async () => {
    const complained = lab.complaints.length;
    await lab.types('for i in 1 2 3; do echo "tick $i"; sleep 2; done');
    // What is typed while nobody listens is lost; the command must have arrived.
    await lab.shows(/^tick 1$/m);
    await server.end('SIGKILL');
    await expect.poll(() => lab.page.locator('.ws-chip').textContent(), { timeout: 20_000 }).toMatch(/connect/i);
    await startServer();
    await lab.shows(/^tick 1\ntick 2\ntick 3$/m);
    await lab.atPrompt();
    await lab.types('echo still $WORD');
    await lab.shows(/^still kept$/m);
    await lab.taskIs('start', 'done');
    // That the server was away is the browser's own complaint.
    lab.complaints.splice(complained);
  });

  test('the lesson is finished with its own blocks, solutions and quiz', async () => {
    await lab.types('cd; clear');
    const blocks = lab.page.locator('[data-run]');
    for (let n = 3; n < (await blocks.count()); n++) {
      const block = blocks.nth(n);
      // Done already, by hand.
      const task = await block.evaluate((button) => button.closest('[data-task]')?.getAttribute('data-task'));
      if (task === 'start') continue;
      await lab.runs(block);
      if (task !== 'id') continue;
      const [, checksum] = /sha256\/([0-9a-f]{12})/.exec(await lab.screen()) ?? [];
      await lab.answers('id', checksum!);
      await lab.taskIs('id', 'done');
    }
    const tasks = await lab.page
      .locator('[data-task]')
      .evaluateAll((cards) => cards.map((card) => card.getAttribute('data-task')));
    for (const task of tasks) await lab.taskIs(task!, 'done');
    expect(await lab.page.locator('[data-task-progress]').textContent()).toMatch(
      new RegExp(`${tasks.length} of ${tasks.length}`),
    );
    for (const question of await lab.page.locator('[data-question]').all()) {
      await question.locator('[data-choice][data-right] summary').click();
    }
    await expect.poll(() => lab.page.locator('[data-quiz-progress]').textContent()).toMatch(/(\d+) of \1 right/);
    expect(await axe()).toEqual([]);
  });

  test('the live view shows the images with the layers that they share', async () => {
    await lab.page
      .getByRole('tab', { name: /^(Live|Sandbox|What is there|Images)/ })
      .first()
      .click();
    await expect.poll(() => lab.page.locator('#workspace').textContent()).toMatch(/shop:gbp/);
    expect(await axe()).toEqual([]);
  });

  test('on a phone the page does not scroll sideways, with the lab open or closed', async () => {
    await lab.page.setViewportSize({ width: 390, height: 844 });
    const [open, close] = [lab.page.locator('[data-open-lab]'), lab.page.locator('[data-close-lab]')];
    if (await close.isVisible()) await close.click();
    await expect.poll(() => open.isVisible()).toBe(true);
    expect(await scrollsSideways()).toBe(false);
    await open.click();
    await expect.poll(() => lab.terminal.isVisible()).toBe(true);
    expect(await scrollsSideways()).toBe(false);
    expect(await axe()).toEqual([]);
    await close.click();
    await lab.page.setViewportSize({ width: 1440, height: 900 });
  });

  test('stopping the lab says so and keeps what was finished', async () => {
    await lab.page.locator('.ws-chip [aria-controls="ws-chip-menu"]').click();
    await lab.page.getByRole('button', { name: /^Stop/ }).click();
    await lab.page.getByRole('dialog').getByRole('button', { name: /^Stop/ }).click();
    await expect
      .poll(() => lab.page.getByRole('button', { name: 'Start a fresh lab' }).isVisible(), { timeout: 30_000 })
      .toBe(true);
    await lab.taskIs('start', 'done');
    expect(await sandboxLeftovers(realDocker(), data.owner)).toEqual([]);
    await lab.page.reload();
    await lab.page.waitForLoadState('networkidle');
    await lab.taskIs('start', 'done');
  });

  test('all the while it asked no other host for anything, and nothing complained', () => {
    expect([...lab.hosts]).toEqual([new URL(server.url).host]);
    expect(lab.complaints).toEqual([]);
  });
});
