import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { thisHost } from '../../sandbox-server/setup/host.ts';
import { silentProgress } from '../../sandbox-server/setup/progress.ts';
import { ROOT } from '../../scripts/options.ts';
import { buildSite } from '../../scripts/site.ts';
import { launchChromium } from '../support/chromium.ts';
import { CutProxy } from '../support/cut-proxy.ts';
import { LabPage } from '../support/lab-page.ts';
import { ServerProcess } from '../support/server-process.ts';
import { dataFolder, type DataFolder } from '../support/test-server.ts';

const LESSON = 'containers/images/what-an-image-is';
const TICKS = 12;
/** Longer than it takes a page to find out that a connection is dead, and to come back. */
const BACK_MS = 60_000;
const soon = <T>(read: () => T) => expect.poll(read, { timeout: BACK_MS, interval: 50 });

let data: DataFolder;
let server: ServerProcess;
let proxy: CutProxy;
let browser: Browser;
let context: BrowserContext;
let lab: LabPage;
let siteDir = '';
let port = 0;
/** What is on the screen of one test is not taken for what comes in the next. */
let round = 0;

async function startServer(): Promise<void> {
  server = await ServerProcess.start(data, { siteDir, contentDir: join(ROOT, 'content'), port });
  port = Number(new URL(server.url).port);
}

async function newPage(address: string): Promise<LabPage> {
  const page: Page = await context.newPage();
  await LabPage.withoutWebgl(page);
  await page.clock.install();
  await page.goto(address);
  await page.waitForLoadState('networkidle');
  return new LabPage(page);
}

/** Lines that come one after the other for some seconds, after a clear screen. */
async function startsTicking(): Promise<void> {
  await lab.atPrompt();
  round++;
  await lab.types(`clear; for i in $(seq ${TICKS}); do echo "${round} tick $i"; sleep 0.5; done; echo en""d ${round}`);
  await lab.shows(new RegExp(`^${round} tick 3$`, 'm'));
}

/** Every line is there, once, in order. */
async function everyTickOnce(): Promise<void> {
  const screen = await lab.shows(new RegExp(`^end ${round}$`, 'm'));
  const ticks = [...screen.matchAll(/^\d+ tick (\d+)$/gm)].map((match) => Number(match[1]));
  expect(ticks).toEqual(Array.from({ length: TICKS }, (_, index) => index + 1));
}

const lost = () => lab.page.getByText('The connection is lost; the shell goes on.').isVisible();

beforeAll(async () => {
  const host = thisHost({ HOME: homedir(), PATH: dirname(process.execPath) });
  siteDir = await buildSite({ root: ROOT, host, progress: silentProgress });
  data = dataFolder();
  await startServer();
  proxy = await CutProxy.to(server.url);
  browser = await launchChromium();
  context = await browser.newContext({ viewport: { width: 1440, height: 900 }, reducedMotion: 'reduce' });
  lab = await newPage(`${proxy.url}/${LESSON}/`);
}, 180_000);

afterAll(async () => {
  await browser?.close();
  await proxy?.[Symbol.asyncDispose]();
  await server?.[Symbol.asyncDispose]();
  data[Symbol.dispose]();
});

describe('a terminal survives', () => {
  test('once its lab has started', async () => {
    await lab.page.getByRole('button', { name: 'Start the lab' }).click();
    await lab.atPrompt();
    await lab.types('WORD=kept');
    await lab.atPrompt();
  });

  test('a reload in the middle of output', async () => {
    await startsTicking();
    await lab.page.reload();
    await lab.page.waitForLoadState('networkidle');
    await everyTickOnce();
  });

  test('a network that is cut without a word, and the page says so meanwhile', async () => {
    await startsTicking();
    proxy.cut();
    await soon(lost).toBe(true);
    proxy.mend();
    await everyTickOnce();
    await soon(lost).toBe(false);
  });

  test('a laptop that sleeps for an hour', async () => {
    await startsTicking();
    proxy.cut();
    await lab.page.clock.fastForward('01:00:00');
    proxy.mend();
    await everyTickOnce();
    await lab.atPrompt();
    await lab.types('clear; echo $WORD');
    await lab.shows(/^kept$/m);
  });

  test.each(['SIGHUP', 'SIGKILL'] as const)('a server that ends by %s in the middle of output', async (how) => {
    await startsTicking();
    await server.end(how);
    await startServer();
    await everyTickOnce();
  });

  test('a second window: both show the same at one size, and both type', async () => {
    const first = lab;
    const second = await newPage(`${proxy.url}/${LESSON}/`);
    await second.page.setViewportSize({ width: 1200, height: 700 });
    await second.atPrompt();
    await second.types('clear; stty size; echo from""two');
    await first.shows(/^fromtwo$/m);
    await first.types('echo from""one');
    await second.shows(/^fromone$/m);
    // The prompt that follows reaches each in its own time.
    await soon(async () => (await second.screen()) === (await first.screen())).toBe(true);
    await second.page.close();
  });

  test('somebody who watches by a link sees all and types nothing, until it is taken back', async () => {
    await lab.page.getByRole('button', { name: 'Lab menu' }).click();
    await lab.page.getByRole('button', { name: 'Let somebody watch…' }).click();
    const dialog = lab.page.getByRole('dialog', { name: 'Let somebody watch' });
    await dialog.getByRole('button', { name: 'Make a link' }).click();
    const address = await dialog.getByRole('textbox').inputValue();
    await dialog.getByRole('button', { name: 'Close' }).click();

    const stranger = await browser.newContext({ viewport: { width: 1000, height: 600 } });
    const watching = await stranger.newPage();
    await LabPage.withoutWebgl(watching);
    await watching.goto(address);
    await watching.waitForLoadState('networkidle');
    const screen = watching.locator('.xterm-rows');
    await soon(() => lab.page.getByText('1 watching').isVisible()).toBe(true);
    await lab.types('clear; echo for-the-watch""er');
    await soon(() => screen.textContent()).toContain('for-the-watcher');
    await watching.locator('.xterm-helper-textarea').focus();
    await watching.keyboard.type('echo from-the-watcher\n');
    await watching.waitForTimeout(500);
    await lab.types('echo do""ne');
    expect(await lab.shows(/^done$/m)).not.toContain('from-the-watcher');

    await lab.page.getByRole('button', { name: 'Lab menu' }).click();
    await lab.page.getByRole('button', { name: 'Let somebody watch…' }).click();
    await dialog.getByRole('button', { name: /Take back/ }).click();
    await soon(() => watching.locator('#watch-state').textContent()).toContain('taken back');
    await dialog.getByRole('button', { name: 'Close' }).click();
    await lab.types('echo sec""ret');
    await lab.shows(/^secret$/m);
    expect(await screen.textContent()).not.toContain('secret');
    await stranger.close();
  });
});
