import { AxeBuilder } from '@axe-core/playwright';
import type { BrowserContextOptions } from 'playwright-core';
import { expect, test } from 'vitest';
import type { SessionView } from '../../sandbox-server/protocol/views.ts';
import { browserSite } from '../support/browser-site.ts';
import { inTheme } from '../support/in-theme.ts';
import { mockLabPage, openMockLab, soon } from '../support/mock-lab-page.ts';

const site = browserSite();

const running = (options?: BrowserContextOptions) => mockLabPage(site, options);

const STATES: [string, Partial<SessionView>, string][] = [
  ['queued', { state: 'queued' }, 'Waiting for a free place'],
  [
    'in the queue',
    { state: 'queued', queue: { place: 3, why: 'places', startsAt: Date.now() + 240_000 } },
    '2 learners are before you.',
  ],
  ['starting', { state: 'starting', steps: [{ label: 'Start the engine', state: 'doing' }] }, 'Start the engine'],
  ['stopping', { state: 'stopping' }, 'Stopping your lab'],
  [
    'failed',
    {
      state: 'failed',
      problem: { code: 'image-missing', message: 'An image is missing.', fix: 'Run `npm run images`.' },
    },
    'An image is missing.',
  ],
  [
    'idle',
    { state: 'ended', problem: { code: 'session-idle', message: 'Nobody used the lab.', fix: 'Start it again.' } },
    'Start a fresh lab',
  ],
];

test.each(STATES)('%s says so, and axe finds nothing, dark and light', async (_name, state, words) => {
  await using opened = await openMockLab(site, { lab: (lab) => void (lab.session = { ...lab.session, ...state }) });
  const { page } = opened;
  await page.getByRole('button', { name: 'Start the lab' }).click();
  await soon(() => page.locator('#workspace').textContent()).toContain(words);
  for (const colorScheme of ['light', 'dark'] as const) {
    await inTheme(page, colorScheme);
    expect((await new AxeBuilder({ page }).analyze()).violations).toEqual([]);
  }
});

const UNMET = {
  code: 'unmet-needs',
  message: 'The sandboxes of this server have no way out to the internet, which this lab needs.',
  fix: 'Read on without the lab, or do it on a machine of your own.',
};

test.each([
  [1440, 'light'],
  [1440, 'dark'],
  [900, 'light'],
  [900, 'dark'],
  [390, 'light'],
  [390, 'dark'],
] as const)(
  'a lab that cannot start here says so before anybody tries, at %d pixels, %s',
  async (width, colorScheme) => {
    const requests: string[] = [];
    await using opened = await openMockLab(site, {
      lab: (lab) => void (lab.me = { ...lab.me, unmetNeeds: UNMET }),
      viewport: { width, height: 900 },
      colorScheme,
    });
    const { page, lab, complaints } = opened;
    page.on('request', (request) => requests.push(request.url()));
    const refusal = page.locator('[data-refusal]');
    // Beside the text there is no such bar to see.
    await soon(() => page.locator('.lab-bar').textContent()).toContain('No lab on this server');
    if (width < 1100) await page.locator('[data-open-lab]').click();
    await soon(() => refusal.isVisible()).toBe(true);
    expect(await refusal.textContent()).toBe(`${UNMET.message} ${UNMET.fix}`);
    expect(await page.locator('[data-start-lab]').isVisible()).toBe(false);
    expect((await new AxeBuilder({ page }).analyze()).violations).toEqual([]);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(width);

    // Who presses Run all the same is led to the reason.
    if (width < 640) await page.locator('[data-close-lab]').click();
    await page.locator('[data-run]').first().click();
    await soon(() => refusal.evaluate((element) => element === document.activeElement)).toBe(true);
    expect(requests).toEqual([]);
    expect(lab.asked).toEqual([]);
    expect(complaints).toEqual([]);
  },
);

test('starting ticks its steps, with the time each took', async () => {
  await using opened = await openMockLab(site, {
    lab: (lab) => void (lab.session = { ...lab.session, state: 'starting' }),
  });
  const { page, lab } = opened;
  await page.getByRole('button', { name: 'Start the lab' }).click();
  await soon(() => lab.told.length).toBeGreaterThan(0);
  lab.becomes({ steps: [{ label: 'Make a network', state: 'done', ms: 1240 }] });
  await soon(() => page.locator('.ws-steps li').textContent()).toBe('Make a network, done1.2 s');
});

test('a learner with too many labs can give one up for this one', async () => {
  await using opened = await openMockLab(site, {
    lab: (lab) => {
      lab.refusal = {
        status: 429,
        error: { code: 'too-many-sessions', message: 'Two are running.', fix: 'Stop one.' },
      };
      lab.me.sessions = [{ ...lab.session, id: 's9', lesson: 'containers/images/build-one' }];
    },
  });
  const { page, lab, view } = opened;
  await page.getByRole('button', { name: 'Start the lab' }).click();
  const stop = page.getByRole('button', { name: 'Stop it and start this one' });
  await stop.waitFor();
  lab.refusal = undefined;
  await stop.click();
  await soon(() => lab.terminals.size).toBe(1);
  expect(lab.asked).toEqual(['POST /api/sessions', 'DELETE /api/sessions/s9', 'POST /api/sessions']);
  lab.terminal.prompts();
  await view.shows('$');
});

test('keys reach the shell, and what it prints shows', async () => {
  await using opened = await running();
  const { lab, view } = opened;
  await view.types('ls');
  await soon(() => lab.terminal.typed).toBe('ls\r');
  lab.terminal.prints('ls\r\nDockerfile\r\n');
  await view.shows('Dockerfile');
});

test('after a lost connection every line is there once', async () => {
  await using opened = await running();
  const { lab, view } = opened;
  lab.terminal.prints('one\r\n');
  await view.shows('one');
  const seen = lab.terminal.printed.length;
  await lab.terminal.drops();
  lab.terminal.printed += 'two\r\n';
  const screen = await view.shows('two');
  expect(screen.match(/one|two/g)).toEqual(['one', 'two']);
  expect(lab.terminal.addresses.map(({ search }) => search)).toEqual(['', `?epoch=e1&offset=${seen}`]);
});

test('a reload shows what was there, answers no old query, and gives the focus back', async () => {
  await using opened = await running();
  const { page, lab, view } = opened;
  lab.terminal.prints('\x1b[c');
  await soon(() => lab.terminal.typed).toBe('\x1b[?1;2c');
  lab.me.sessions = [lab.session];
  await page.reload();
  await view.shows('$');
  await soon(() => page.evaluate(() => document.activeElement?.className)).toBe('xterm-helper-textarea');
  await page.keyboard.type('x');
  await soon(() => lab.terminal.typed).toBe('\x1b[?1;2cx');
});

test('what a program prints changes nothing but the screen', async () => {
  await using opened = await running({ permissions: ['clipboard-read', 'clipboard-write'] });
  const { page, lab, view } = opened;
  await page.evaluate(() => navigator.clipboard.writeText('mine'));
  const title = await page.title();
  lab.terminal.prints('\x1b]52;c;aGFja2Vk\x07\x1b]2;evil\x07<img src=x onerror="window.evil=1">');
  await view.shows('<img src=x');
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe('mine');
  expect(await page.title()).toBe(title);
  expect(await page.locator('#workspace img').count()).toBe(0);
});

test('a paste is one paste, whatever is in it', async () => {
  await using opened = await running({ permissions: ['clipboard-read', 'clipboard-write'] });
  const { page, lab } = opened;
  await page.evaluate(() => navigator.clipboard.writeText('ls\x1b[201~\nrm -rf ~\n'));
  await page.locator('.xterm-helper-textarea').focus();
  await page.keyboard.press('Control+Shift+V');
  await soon(() => lab.terminal.typed).toBe('\x1b[200~ls\rrm -rf ~\r\x1b[201~');
});

test('a run block is typed as one paste; while a command runs it waits, and can be given up', async () => {
  await using opened = await running();
  const { page, lab } = opened;
  const run = (code: string) =>
    page.evaluate((detail) => document.dispatchEvent(new CustomEvent('drydock:run', { detail })), { code });
  await run('docker ps');
  await soon(() => lab.terminal.typed).toBe('\x1b[200~docker ps\x1b[201~\r');
  lab.terminal.runs();
  await run('docker images');
  await page.getByText('A command is still running here.').waitFor();
  expect((await new AxeBuilder({ page }).include('#workspace').analyze()).violations).toEqual([]);
  lab.terminal.prompts();
  await soon(() => lab.terminal.typed).toContain('\x1b[200~docker images\x1b[201~\r');
  lab.terminal.runs();
  await run('docker volume ls');
  await page.getByRole('button', { name: 'Don’t run it' }).click();
  lab.terminal.prompts();
  await page.waitForTimeout(200);
  expect(lab.terminal.typed).not.toContain('volume');
});

test('terminals open, are reached by arrow keys, and close', async () => {
  await using opened = await running();
  const { page, lab } = opened;
  await page.getByRole('button', { name: 'Another terminal on host' }).click();
  await soon(() => lab.terminals.size).toBe(2);
  const tab = (name: string) => page.getByRole('tab', { name, exact: true });
  await soon(() => tab('host 2').getAttribute('aria-selected')).toBe('true');
  await tab('host 2').focus();
  await page.keyboard.press('ArrowLeft');
  await soon(() => tab('host').getAttribute('aria-selected')).toBe('true');
  await page.keyboard.press('End');
  await page.keyboard.press('Delete');
  await soon(() => tab('host 2').count()).toBe(0);
  expect(lab.asked.at(-1)).toBe('DELETE /api/sessions/s1/terminals/t2');
});

test('the dialogs, the menu and a failed check: axe finds nothing, dark and light', async () => {
  await using opened = await running();
  const { page } = opened;
  const faults = async () => {
    const found = [];
    for (const colorScheme of ['light', 'dark'] as const) {
      await inTheme(page, colorScheme);
      found.push(...(await new AxeBuilder({ page }).analyze()).violations);
    }
    return found;
  };
  const task = (await page.locator('[data-task]').first().getAttribute('data-task')) ?? '';
  const verdict = { message: 'The container `shop` has no port.', expected: '8080', observed: 'none' };
  await page.evaluate((detail) => document.dispatchEvent(new CustomEvent('drydock:task', { detail })), {
    id: task,
    attempted: true,
    state: 'notYet',
    verdict,
  });
  await page.locator(`[data-task="${task}"][data-state="notYet"]`).waitFor();
  await page.getByRole('button', { name: 'Lab menu' }).click();
  expect(await faults()).toEqual([]);
  await page.getByRole('button', { name: 'Let somebody watch…' }).click();
  await page.getByRole('dialog', { name: 'Let somebody watch' }).waitFor();
  expect(await faults()).toEqual([]);
});

test('F6 goes from the terminal to the panel and the lesson, and back', async () => {
  await using opened = await running();
  const { page } = opened;
  await page.locator('.xterm-helper-textarea').focus();
  const focused = () =>
    page.evaluate(
      () => document.activeElement?.closest('main, [data-region]')?.getAttribute('data-region') ?? 'lesson',
    );
  const places: string[] = [];
  for (let press = 0; press < 3; press++) {
    const before = await focused();
    await page.keyboard.press('F6');
    await soon(focused).not.toBe(before);
    places.push(await focused());
  }
  expect(places).toEqual(['panel', 'lesson', 'terminal']);
});

test('a reset says what is lost; keeping is one key', async () => {
  await using opened = await running();
  const { page, lab } = opened;
  await page.getByRole('button', { name: 'Lab menu' }).click();
  await page.getByRole('button', { name: 'Reset the lab…' }).click();
  const dialog = page.getByRole('dialog', { name: 'Reset the lab?' });
  expect(await dialog.textContent()).toContain('Lost:');
  await page.keyboard.press('Escape');
  await soon(() => dialog.count()).toBe(0);
  expect(lab.asked).toEqual(['POST /api/sessions']);
  await page.getByRole('button', { name: 'Lab menu' }).click();
  await page.getByRole('button', { name: 'Reset the lab…' }).click();
  await dialog.getByRole('button', { name: 'Reset', exact: true }).click();
  await soon(() => lab.asked.at(-1)).toBe('POST /api/sessions/s1/reset');
});

test('what was printed while the sheet was closed is in view when it opens', async () => {
  await using opened = await openMockLab(site, {
    lab: (lab) => void (lab.me.sessions = [lab.session]),
    viewport: { width: 390, height: 844 },
  });
  const { page, lab, view } = opened;
  await soon(() => lab.terminals.size).toBe(1);
  for (let line = 1; line <= 200; line++) lab.terminal.prints(`line ${line}\r\n`);
  await page.getByRole('button', { name: 'Open the lab' }).click();
  await view.shows('line 200');
});

test('text size and screen reader mode are remembered', async () => {
  await using opened = await running();
  const { page, lab, view } = opened;
  await page.getByRole('button', { name: 'Larger terminal text' }).click();
  await page.getByRole('button', { name: 'Screen reader mode of the terminal' }).click();
  await page.locator('.xterm-accessibility').waitFor({ state: 'attached' });
  lab.me.sessions = [lab.session];
  await page.reload();
  await view.shows('$');
  await page.locator('.xterm-accessibility').waitFor({ state: 'attached' });
  expect(await view.terminal.evaluate((rows) => getComputedStyle(rows).fontSize)).toBe('15px');
});
