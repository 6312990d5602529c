import type { BrowserContextOptions } from 'playwright-core';
import { expect } from 'vitest';
import type { BrowserSite, OpenPage } from './browser-site.ts';
import { LabPage } from './lab-page.ts';
import { MockLab, type MockTerminal } from './mock-lab.ts';

const LESSON = 'containers/images/what-an-image-is';
/** On a busy machine a page may take its time; a test that passes does not wait for it. */
const PATIENCE_MS = 20_000;

export const soon = <T>(read: () => T) => expect.poll(read, { timeout: PATIENCE_MS, interval: 20 });

/** The page of a lesson, whose lab the test plays. */
export interface OpenMockLab extends OpenPage {
  lab: MockLab;
  view: LabPage;
}

export interface MockLabPage extends OpenMockLab {
  terminal: MockTerminal;
  /** Puts a text on the clipboard. */
  copies: (text: string) => Promise<void>;
  /** What is on the clipboard. */
  clipboard: () => Promise<string>;
}

export interface MockLabPageOptions extends BrowserContextOptions {
  /** Draw with WebGL, as learners' browsers do: the text can then not be read from the page. */
  webgl?: boolean;
  /** Changes the lab before the page sees it. */
  lab?: (lab: MockLab) => void;
}

/** A lesson whose lab nobody has started yet. */
export async function openMockLab(
  site: BrowserSite,
  { webgl = false, lab: prepare, ...options }: MockLabPageOptions = {},
): Promise<OpenMockLab> {
  let lab: MockLab | undefined;
  const opened = await site.open(
    `/${LESSON}/`,
    { viewport: { width: 1440, height: 900 }, ...options },
    async (page) => {
      if (!webgl) await LabPage.withoutWebgl(page);
      lab = await MockLab.on(page, LESSON);
      prepare?.(lab);
    },
  );
  return { ...opened, lab: lab!, view: new LabPage(opened.page) };
}

/** A lesson whose lab is running, at its prompt, with the keys going to the terminal. */
export async function mockLabPage(site: BrowserSite, options: MockLabPageOptions = {}): Promise<MockLabPage> {
  const opened = await openMockLab(site, { permissions: ['clipboard-read', 'clipboard-write'], ...options });
  const { page, lab, view } = opened;
  await page.getByRole('button', { name: 'Start the lab' }).click();
  await soon(() => lab.terminals.size).toBe(1);
  const { terminal } = lab;
  terminal.prompts();
  if (options.webgl === true) await page.locator('.xterm-screen canvas').first().waitFor();
  else await view.shows('$');
  await page.locator('.xterm-helper-textarea').focus();
  return {
    ...opened,
    terminal,
    copies: (text) => page.evaluate((value) => navigator.clipboard.writeText(value), text),
    clipboard: () => page.evaluate(() => navigator.clipboard.readText()),
  };
}
