import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ensureChromium, findChromium } from '../../../sandbox-server/setup/chromium.ts';
import { silentProgress } from '../../../sandbox-server/setup/progress.ts';
import type { Host } from '../../../sandbox-server/setup/types.ts';

function machine() {
  const folder = mkdtempSync(join(tmpdir(), 'drydock-browser-'));
  const host: Host = { env: { PATH: folder }, platform: 'linux', arch: 'x64', uid: 1000, homeDir: folder };
  return { folder, host, [Symbol.dispose]: () => rmSync(folder, { recursive: true }) };
}

test('the browser that PATH leads to is taken, by whichever of its names', async () => {
  using here = machine();
  writeFileSync(join(here.folder, 'google-chrome'), '');
  chmodSync(join(here.folder, 'google-chrome'), 0o755);
  expect(await findChromium(here.host)).toBe(join(here.folder, 'google-chrome'));
  const asked: string[] = [];
  const confirm = (question: string) => Promise.resolve(asked.push(question) > 0);
  expect(await ensureChromium({ host: here.host, progress: silentProgress, confirm })).toBe(
    join(here.folder, 'google-chrome'),
  );
  expect(asked).toEqual([]);
});

test('a file that cannot be run is no browser', async () => {
  using here = machine();
  writeFileSync(join(here.folder, 'chromium'), '', { mode: 0o644 });
  expect(await findChromium(here.host)).not.toBe(join(here.folder, 'chromium'));
});
