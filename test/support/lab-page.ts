import type { Locator, Page } from 'playwright-core';
import { expect } from 'vitest';

/** Starting a sandbox, or a build in one, on a busy machine. */
const PATIENCE_MS = 60_000;

/** A lesson's page with its lab, as a learner sees and uses it. */
export class LabPage {
  readonly page: Page;
  /** Hosts that it asked for anything. */
  readonly hosts = new Set<string>();
  /** What its console complained about. */
  readonly complaints: string[] = [];

  constructor(page: Page) {
    this.page = page;
    page.on('request', (request) => {
      const { protocol, host } = new URL(request.url());
      if (protocol !== 'data:' && protocol !== 'blob:') this.hosts.add(host);
    });
    page.on('websocket', (socket) => this.hosts.add(new URL(socket.url()).host));
    page.on('pageerror', (error) => this.complaints.push(String(error)));
    page.on('console', (message) => {
      if (message.type() === 'error') this.complaints.push(message.text());
    });
  }

  /** The terminal's text can be read only where it is not a picture: without WebGL xterm draws rows of text. */
  static async withoutWebgl(page: Page): Promise<void> {
    await page.addInitScript(() => {
      const { prototype } = HTMLCanvasElement;
      const original = Reflect.get(prototype, 'getContext') as (...given: unknown[]) => unknown;
      Reflect.set(prototype, 'getContext', function getContext(this: HTMLCanvasElement, ...given: unknown[]): unknown {
        return String(given[0]).startsWith('webgl') ? null : Reflect.apply(original, this, given);
      });
    });
  }

  get terminal(): Locator {
    return this.page.locator('.ws-pane:not([hidden]) .xterm-rows');
  }

  /** What the terminal shows, lines without what pads them. */
  async screen(): Promise<string> {
    const rows = await this.terminal.locator('> div').allTextContents();
    return rows
      .map((row) => row.replaceAll('\u00a0', ' ').trimEnd())
      .join('\n')
      .trimEnd();
  }

  async shows(wanted: string | RegExp): Promise<string> {
    const holds = (text: string) => (typeof wanted === 'string' ? text.includes(wanted) : wanted.test(text));
    let text = '';
    try {
      await expect
        .poll(async () => holds((text = await this.screen())), { timeout: PATIENCE_MS, interval: 20 })
        .toBe(true);
    } catch (error) {
      throw new Error(`${String(wanted)} is not on the screen:\n${text}`, { cause: error });
    }
    return text;
  }

  /** A point on the text that starts with these words, for the mouse: xterm.js hears it on a layer above the rows. */
  async pointAt(words: string): Promise<{ x: number; y: number }> {
    const row = await this.terminal.locator('> div', { hasText: words }).last().boundingBox();
    if (row === null) throw new Error(`“${words}” is not in view`);
    return { x: row.x + 20, y: row.y + row.height / 2 };
  }

  async atPrompt(): Promise<void> {
    await this.shows(/\$$/);
    await this.page.waitForTimeout(150);
    await this.shows(/\$$/);
  }

  async types(line: string): Promise<void> {
    await this.page.locator('.ws-pane:not([hidden]) .xterm-helper-textarea').focus();
    await this.page.keyboard.type(line);
    await this.page.keyboard.press('Enter');
  }

  /** Presses the Run button of the block with this code, wherever it stands, and waits for the next prompt. */
  async runs(block: Locator): Promise<void> {
    await this.atPrompt();
    const before = await this.screen();
    await block.evaluate((button) => (button as HTMLElement).click());
    await expect.poll(() => this.screen(), { timeout: PATIENCE_MS, interval: 20 }).not.toBe(before);
    await this.atPrompt();
  }

  task(id: string): Locator {
    return this.page.locator(`[data-task="${id}"]`);
  }

  async taskIs(id: string, state: string): Promise<void> {
    try {
      await expect
        .poll(() => this.task(id).getAttribute('data-state'), { timeout: PATIENCE_MS, interval: 20 })
        .toBe(state);
    } catch (error) {
      throw new Error(`task ${id}: ${(await this.task(id).textContent()) ?? ''}\n${await this.screen()}`, {
        cause: error,
      });
    }
  }

  /** Waits for these words below a task: what is seen on the way there, while a container starts, is true as well. */
  async verdictIs(id: string, words: RegExp): Promise<void> {
    const verdict = this.task(id).locator('[data-task-verdict]');
    await expect.poll(() => verdict.textContent(), { timeout: PATIENCE_MS, interval: 20 }).toMatch(words);
  }

  async answers(id: string, answer: string): Promise<void> {
    await this.task(id).locator('input[name="answer"]').fill(answer);
    await this.task(id).locator('form button').click();
  }
}
