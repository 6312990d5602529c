import { expect, test } from 'vitest';
import { browserSite } from '../support/browser-site.ts';
import { mockLabPage, type MockLabPage } from '../support/mock-lab-page.ts';

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

async function pointsAt({ page, view }: MockLabPage, line: string): Promise<void> {
  const { x, y } = await view.pointAt(line);
  await page.mouse.move(x, y);
}

/** Points at the link at the start of a line, and gives what is said of where it leads. */
async function hint(opened: MockLabPage, line: string): Promise<string | null> {
  await pointsAt(opened, line);
  return opened.page.locator('.ws-link-hint').textContent();
}

async function clicks({ page }: MockLabPage, key?: 'Control'): Promise<void> {
  if (key) await page.keyboard.down(key);
  await page.mouse.down();
  await page.mouse.up();
  if (key) await page.keyboard.up(key);
}

/** Opens the link at the start of a line, and gives the address of the page that opened. */
async function opens(opened: MockLabPage, line: string): Promise<string> {
  await hint(opened, line);
  const popup = opened.page.context().waitForEvent('page');
  await clicks(opened, 'Control');
  const page = await popup;
  await page.waitForLoadState();
  expect(await page.evaluate(() => window.opener === null && document.referrer === '')).toBe(true);
  const address = page.url();
  await page.close();
  return address;
}

/** Clicks, and gives a page time to open that must not. */
async function opensNothing(opened: MockLabPage, key?: 'Control'): Promise<void> {
  await clicks(opened, key);
  await opened.page.waitForTimeout(1_500);
  expect(opened.page.context().pages()).toHaveLength(1);
}

test('Ctrl+click opens an address in a page that knows nothing of this one; a plain click only selects', async () => {
  await using opened = await linked();
  await hint(opened, 'https://example.com/a');
  await opensNothing(opened);
  expect(await opens(opened, 'https://example.com/a')).toBe('https://example.com/a');
});

test('“localhost” is the sandbox’s, not the learner’s own machine', async () => {
  await using opened = await linked();
  expect(await opens(opened, 'http://localhost:8080/cart')).toBe(`${site.url}${PREVIEW}/8080/cart`);
});

test('a link with other words says where it leads; one that is no web address leads nowhere', async () => {
  await using opened = await linked();
  expect(await hint(opened, 'innocent words')).toBe('Ctrl+click opens https://example.com/hidden');
  expect(await opens(opened, 'innocent words')).toBe('https://example.com/hidden');
  await pointsAt(opened, 'evil words');
  await opened.page.waitForTimeout(500);
  await opensNothing(opened, 'Control');
});
