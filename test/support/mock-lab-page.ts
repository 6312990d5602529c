import type { BrowserContextOptions } from 'playwright-core';
import { expect } from 'vitest';
import type { BrowserSite, OpenPage } from './browser-site.ts';
import { LabPage } from './lab-page.ts';
import { MockLab, type MockTerminal } from './mock-lab.ts';

const LESSON = 'containers/images/what-an-image-is';
/** On a busy machine a page may take its time; a test that passes does not wait for it. */
const PATIENCE_MS = 20_000;

export const soon = <T>(read: () => T) => expect.poll(read, { timeout: PATIENCE_MS, interval: 20 });

export interface MockLabPage extends OpenPage {
  lab: MockLab;
  terminal: MockTerminal;
  view: LabPage;
  /** Puts a text on the clipboard. */
  copies: (text: string) => Promise<void>;
  /** What is on the clipboard. */
  clipboard: () => Promise<string>;
}

export interface MockLabPageOptions extends BrowserContextOptions {
  /** Draw with WebGL, as learners' browsers do: the text can then not be read from the page. */
  webgl?: boolean;
  /** Changes the session before the page sees it. */
  lab?: (lab: MockLab) => void;
}

/** A lesson whose lab is running, played by the test, at its prompt, with the keys going to the terminal. */
export async function mockLabPage(
  site: BrowserSite,
  { webgl = false, lab: prepare, ...options }: MockLabPageOptions = {},
): Promise<MockLabPage> {
  let lab: MockLab | undefined;
  const opened = await site.open(
    `/${LESSON}/`,
    { viewport: { width: 1440, height: 900 }, permissions: ['clipboard-read', 'clipboard-write'], ...options },
    async (page) => {
      if (!webgl) await LabPage.withoutWebgl(page);
      lab = await MockLab.on(page, LESSON);
      prepare?.(lab);
    },
  );
  const { page } = opened;
  const view = new LabPage(page);
  await page.getByRole('button', { name: 'Start the lab' }).click();
  await soon(() => lab!.terminals.size).toBe(1);
  const { terminal } = lab!;
  terminal.prompts();
  if (webgl) await page.locator('.xterm-screen canvas').first().waitFor();
  else await view.shows('$');
  await page.locator('.xterm-helper-textarea').focus();
  return {
    ...opened,
    lab: lab!,
    terminal,
    view,
    copies: (text) => page.evaluate((value) => navigator.clipboard.writeText(value), text),
    clipboard: () => page.evaluate(() => navigator.clipboard.readText()),
  };
}
