import { expect, test } from 'vitest';
import { browserSite } from '../support/browser-site.ts';
import { mockLabPage, soon } from '../support/mock-lab-page.ts';

const site = browserSite();

test('it draws with WebGL, and with rows of text once the graphics context is lost', async () => {
  await using opened = await mockLabPage(site, { webgl: true });
  const { page, terminal, view } = opened;
  expect(await page.locator('.xterm-rows').count()).toBe(0);
  const lost = await page.evaluate(() => {
    const contexts = [...document.querySelectorAll<HTMLCanvasElement>('.xterm-screen canvas')].map((canvas) =>
      canvas.getContext('webgl2'),
    );
    const extensions = contexts.flatMap((context) => context?.getExtension('WEBGL_lose_context') ?? []);
    for (const extension of extensions) extension.loseContext();
    return extensions.length;
  });
  expect(lost).toBe(1);
  terminal.prints('\r\nstill here\r\n');
  await view.shows('still here');
  await page.keyboard.type('ls');
  await soon(() => terminal.typed).toBe('ls');
});

test('larger text leaves room for fewer columns, and the program is told', async () => {
  await using opened = await mockLabPage(site);
  const { page, terminal } = opened;
  await soon(() => terminal.size?.cols ?? 0).toBeGreaterThan(0);
  const { cols } = terminal.size!;
  for (let press = 0; press < 4; press++) await page.getByRole('button', { name: 'Larger terminal text' }).click();
  await soon(() => terminal.size?.cols ?? cols).toBeLessThan(cols);
});

test('screen reader mode puts what is printed into a live region', async () => {
  await using opened = await mockLabPage(site);
  const { page, terminal } = opened;
  await page.getByRole('button', { name: 'Screen reader mode of the terminal' }).click();
  const tree = page.locator('.xterm-accessibility');
  await tree.waitFor({ state: 'attached' });
  await page.locator('.xterm-helper-textarea').focus();
  terminal.prints('\r\nread me out\r\n');
  await soon(() => tree.locator('[role="listitem"]').allTextContents()).toContain('read me out');
  await soon(() => tree.locator('[aria-live="assertive"]').textContent()).toContain('read me out');
});
