import { expect, test } from 'vitest';
import { browserSite } from '../support/browser-site.ts';
import { mockLabPage, soon, type MockLabPage } from '../support/mock-lab-page.ts';

const PREVIEW = '/preview/s1';

const site = browserSite();

async function linked() {
  const opened = await mockLabPage(site, {
    lab: (lab) => void (lab.session = { ...lab.session, preview: `${site.url}${PREVIEW}` }),
  });
  const { page, terminal, view } = opened;
  await page
    .context()
    .route(/example\.com|\/preview\//, (route) => route.fulfill({ body: 'the page behind the link' }));
  terminal.prints('\r\nhttps://example.com/a\r\nhttp://localhost:8080/cart\r\n');
  terminal.prints('\x1b]8;;https://example.com/hidden\x1b\\innocent words\x1b]8;;\x1b\\\r\n');
  terminal.prints('\x1b]8;;javascript:alert(1)\x1b\\evil words\x1b]8;;\x1b\\\r\n');
  await view.shows('evil words');
  return opened;
}

/** Clicks the start of a line, and says where the page went that opened, if one did. */
async function opens({ page, view }: MockLabPage, line: string, key?: 'Control'): Promise<string | undefined> {
  const popup = page
    .context()
    .waitForEvent('page', { timeout: 1_500 })
    .then(
      (opened) => opened,
      () => undefined,
    );
  const { x, y } = await view.pointAt(line);
  await page.mouse.move(x, y);
  await page.waitForTimeout(100);
  if (key) await page.keyboard.down(key);
  await page.mouse.click(x, y);
  if (key) await page.keyboard.up(key);
  const opened = await popup;
  if (opened === undefined) return undefined;
  await opened.waitForLoadState();
  expect(await opened.evaluate(() => window.opener === null && document.referrer === '')).toBe(true);
  const address = opened.url();
  await opened.close();
  return address;
}

test('Ctrl+click opens an address in a page that knows nothing of this one; a plain click only selects', async () => {
  await using opened = await linked();
  expect(await opens(opened, 'https://example.com/a')).toBeUndefined();
  expect(await opens(opened, 'https://example.com/a', 'Control')).toBe('https://example.com/a');
});

test('“localhost” is the sandbox’s, not the learner’s own machine', async () => {
  await using opened = await linked();
  expect(await opens(opened, 'http://localhost:8080/cart', 'Control')).toBe(`${site.url}${PREVIEW}/8080/cart`);
});

test('a link with other words says where it leads; one that is no web address leads nowhere', async () => {
  await using opened = await linked();
  const { page, view } = opened;
  const { x, y } = await view.pointAt('innocent words');
  await page.mouse.move(x, y);
  await soon(() => page.locator('.ws-link-hint').textContent()).toBe('Ctrl+click opens https://example.com/hidden');
  expect(await opens(opened, 'innocent words', 'Control')).toBe('https://example.com/hidden');
  expect(await opens(opened, 'evil words', 'Control')).toBeUndefined();
});
