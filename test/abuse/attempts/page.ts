import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Page } from 'playwright-core';
import { launchChromium } from '../../support/chromium.ts';
import type { Attempt } from '../attempt.ts';
import type { AbuseContext } from '../context.ts';
import type { Seat } from '../seat.ts';

const PATIENCE_MS = 30_000;

interface OpenPage extends AsyncDisposable {
  page: Page;
  /** Waits until the terminal shows this. */
  shows: (text: string) => Promise<void>;
}

/** The lesson's page in a real browser, as this learner, with the lab's terminal in it. */
async function openPage(context: AbuseContext, { learner, session }: Seat): Promise<OpenPage> {
  const browser = await launchChromium();
  const tab = await browser.newContext({ permissions: ['clipboard-read', 'clipboard-write'] });
  const [name = '', value = ''] = learner.cookie.split('=');
  await tab.addCookies([{ name, value, url: context.url, sameSite: 'Strict', httpOnly: true }]);
  const page = await tab.newPage();
  page.setDefaultTimeout(PATIENCE_MS);
  await page.setViewportSize({ width: 1440, height: 900 });
  // Its text can be read only where it is not a picture.
  await page.addInitScript(() => Reflect.deleteProperty(window, 'WebGL2RenderingContext'));
  await page.addInitScript(() => {
    HTMLCanvasElement.prototype.getContext = () => null;
  });
  await page.goto(`${context.url}/${session.lesson}/`);
  await page.waitForLoadState('networkidle');
  const shows = (text: string) => page.locator('.xterm-rows', { hasText: text }).first().waitFor();
  await shows('$');
  return { page, shows, [Symbol.asyncDispose]: () => browser.close() };
}

/** What a learner's sandbox, or somebody else's text, tries in the learner's browser. */
export const page: readonly Attempt[] = [
  {
    number: 22,
    title: 'A page that a learner’s container serves calls the platform as the learner',
    run: async (context) => {
      const attacker = await context.attacker();
      const base = `/api/sessions/${attacker.session.id}`;
      const script = `const tries = { me: () => fetch('${context.url}/api/me', { credentials: 'include' }).then((r) => r.text()),
        cookie: () => document.cookie, store: () => localStorage.length, parent: () => top.document.title,
        reset: () => fetch('${context.url}${base}/reset', { method: 'POST', mode: 'no-cors', credentials: 'include', body: '{}' }).then(() => { throw new Error('blind'); }),
        socket: () => new Promise((ok, no) => { const s = new WebSocket('${context.url.replace('http', 'ws')}${base}/events'); s.onopen = ok; s.onerror = () => no(new Error('refused')); }) };
        const got = {}; for (const [name, run] of Object.entries(tries)) { try { got[name] = 'GOT ' + (await run()); } catch (error) { got[name] = 'refused ' + error; } }
        document.title = JSON.stringify(got);`;
      const html = Buffer.from(`<!doctype html><script type="module">${script}</script>`).toString('base64');
      const served = await attacker.sh(
        `mkdir -p ~/evil && echo ${html} | base64 -d > ~/evil/index.html && docker run -d --rm --name evil -p 8099:80 -v ~/evil:/www busybox:1.37 httpd -f -p 80 -h /www && sleep 1`,
        60_000,
      );
      assert.equal(served.code, 0, served.out);
      await using opened = await openPage(context, attacker);
      const [tab] = [await opened.page.context().newPage()];
      await tab.goto(`${context.url}${attacker.events.session.preview!}/8099/`);
      await tab.waitForFunction(() => document.title.startsWith('{'), undefined, { timeout: PATIENCE_MS });
      const got = JSON.parse(await tab.title()) as Record<string, string>;
      await attacker.sh('docker rm -f evil');
      for (const [name, result] of Object.entries(got)) {
        if (name !== 'parent') assert.match(result, /^refused/, `${name}: ${result}`);
      }
      assert.equal(attacker.events.session.state, 'ready', 'the served page could reset the lab');
      return undefined;
    },
  },
  {
    number: 23,
    title: 'OSC 52, window titles, HTML and script in what a terminal prints',
    run: async (context) => {
      const attacker = await context.attacker();
      await using opened = await openPage(context, attacker);
      const { page: tab } = opened;
      await tab.evaluate(() => navigator.clipboard.writeText('mine'));
      const title = await tab.title();
      const evil = String.raw`\033]52;c;aGFja2Vk\007\033]52;c;?\007\033]2;evil title\007\033]0;evil\007\033]8;;javascript:window.evil=1\007link\033]8;;\007<img src=x onerror=window.evil=1><script>window.evil=1</script>`;
      attacker.terminal.type(`printf '${evil} pri%s' nted\r`);
      await opened.shows('printed');
      const link = tab.locator('.xterm-rows').getByText('link').last();
      await link.click({ modifiers: ['Control'], force: true }).catch(() => undefined);
      assert.equal(await tab.evaluate(() => navigator.clipboard.readText()), 'mine', 'a program wrote the clipboard');
      assert.equal(await tab.title(), title, 'a program changed the page’s title');
      assert.equal(await tab.evaluate(() => Reflect.get(window, 'evil') as unknown), undefined, 'a program ran script');
      assert.equal(await tab.locator('#workspace img, #workspace script').count(), 0, 'a program made elements');
      assert.equal(tab.context().pages().length, 1, 'a program opened a page');
      attacker.terminal.type('\r');
      return undefined;
    },
  },
  {
    number: 24,
    title: 'A paste that contains the end of a paste',
    run: async (context) => {
      const attacker = await context.attacker();
      await using opened = await openPage(context, attacker);
      const { page: tab } = opened;
      const from = attacker.terminal.text.length;
      // Nested, so that taking one out leaves another.
      const text = 'x\u001b[20\u001b[201~1~; touch pasted-through\r\n\u009b201~touch pasted-through\n';
      await tab.evaluate((value) => navigator.clipboard.writeText(value), text);
      await tab.locator('.xterm-helper-textarea').first().focus();
      await tab.keyboard.press('Control+Shift+V');
      await attacker.terminal.sees('pasted-through', PATIENCE_MS, from);
      await sleep(500);
      attacker.terminal.type('\x03');
      const { out } = await attacker.sh('ls ~/pasted-through 2>&1; true');
      assert.match(out, /No such file/, 'the paste ran a command');
      return undefined;
    },
  },
  {
    number: 25,
    title: 'A viewer’s automatic answers and keys in somebody else’s terminal',
    run: async (context) => {
      const attacker = await context.attacker();
      const { learner, session } = attacker;
      const made = await learner.request('POST', `/api/sessions/${session.id}/shares`, { mayType: false });
      const share = made.body as { id: string; address: string };
      const terminal = session.terminals[0]!.id;
      const path = `/api/watch/${share.address.split('#')[1]!}/terminals/${terminal}/stream`;
      const watching = await context.neighbour.learner.socketTo(path);
      const second = await learner.terminal(session.id, terminal);
      try {
        for (const socket of [watching, second]) {
          for (const data of [
            '\x1b[?1;2c',
            '\x1bP1$r0m\x1b\\',
            '\x1b[24;80R',
            '\x1b[I',
            '\x1b]11;rgb:0000/0000/0000\x1b\\',
          ])
            socket.control({ type: 'reply', data });
        }
        watching.type('echo fro""m-watcher\r');
        watching.control({ type: 'resize', cols: 3, rows: 3 });
        await sleep(500);
        // Asks for the attributes: of the two windows of the learner one is heard, of the watcher nothing.
        const line = String.raw`stty -echo raw min 0 time 10; printf '\033[c'; dd bs=1 count=200 2>/dev/null | od -An -c; stty sane; echo "ov""er"`;
        const from = second.text.length;
        attacker.terminal.type(`\x03`);
        await sleep(300);
        attacker.terminal.type(`${line}\r`);
        await sleep(400);
        for (const [name, socket] of [
          ['1', attacker.terminal],
          ['2', second],
          ['9', watching],
        ] as const)
          socket.control({ type: 'reply', data: `\x1b[?${name};2c` });
        watching.type('9');
        const seen = await second.sees('over', PATIENCE_MS, from);
        const heard = [...seen.matchAll(/\[\s+\?\s+(\d)\s+;\s+2\s+c/g)].map((match) => match[1]);
        assert.equal(heard.length, 1, `the program heard ${heard.length} answers: ${seen.slice(-300)}`);
        assert.ok(heard[0] !== '9', 'the program heard the watcher');
        assert.doesNotMatch(second.text, /from-watcher/, 'a watcher typed');
        return `of three windows the program heard one`;
      } finally {
        watching.socket.close();
        second.socket.close();
        await learner.request('DELETE', `/api/sessions/${session.id}/shares/${share.id}`);
      }
    },
  },
];
