import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll } from 'vitest';
import { launchChromium } from './chromium.ts';
import { siteServer, type SiteServer } from './site-server.ts';

export interface OpenPage extends AsyncDisposable {
  page: Page;
  /** What its console complained about: a violated content policy among it. */
  complaints: string[];
}

export interface BrowserSite {
  readonly url: string;
  open: (
    path: string,
    options?: BrowserContextOptions,
    prepare?: (page: Page) => Promise<void> | void,
  ) => Promise<OpenPage>;
}

/** The built site, without labs, and a browser to look at it, for the tests of one file. */
export function browserSite(): BrowserSite {
  let site: SiteServer | undefined;
  let browser: Browser | undefined;
  const url = () => {
    if (site === undefined) throw new Error('the site is there when tests run');
    return site.url;
  };

  beforeAll(async () => {
    [site, browser] = await Promise.all([siteServer(), launchChromium()]);
  }, 120_000);

  afterAll(async () => {
    await browser?.close();
    await site?.[Symbol.asyncDispose]();
  });

  return {
    get url() {
      return url();
    },
    open: async (path, options = {}, prepare = () => undefined) => {
      const context = await browser!.newContext({ reducedMotion: 'reduce', ...options });
      const page = await context.newPage();
      await prepare(page);
      const complaints: string[] = [];
      page.on('pageerror', (error) => complaints.push(String(error)));
      page.on('console', (message) => {
        const missing = message.location().url.endsWith('/nowhere/');
        if (message.type() === 'error' && !missing) complaints.push(message.text());
      });
      await page.goto(url() + path);
      await page.waitForLoadState('networkidle');
      return { page, complaints, [Symbol.asyncDispose]: () => context.close() };
    },
  };
}
