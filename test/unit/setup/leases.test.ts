import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Leases } from '../../../sandbox-server/setup/leases.ts';
import { withLock } from '../../../sandbox-server/setup/lock.ts';

/** No process has it: above the kernel's limit. */
const DEAD = 4_194_305;

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'drydock-leases-'));
});
afterEach(() => rm(folder, { recursive: true }));

test('a live process holds its lease until it gives it back', async () => {
  const leases = new Leases(folder);
  await leases.take();
  expect(await leases.holders()).toEqual([process.pid]);
  await leases.give();
  expect(await leases.holders()).toEqual([]);
});

test('the lease of a dead process counts for nothing and is cleared away', async () => {
  await writeFile(join(folder, String(DEAD)), '1');
  expect(await new Leases(folder).holders()).toEqual([]);
  expect(await readdir(folder)).toEqual([]);
});

test.runIf(process.platform === 'linux')(
  'a lease whose process id went to another process counts for nothing',
  async () => {
    await writeFile(join(folder, String(process.pid)), 'started at another time');
    expect(await new Leases(folder).holders()).toEqual([]);
  },
);

test('work under one lock never overlaps', async () => {
  const path = join(folder, 'lock');
  let running = 0;
  const seen: number[] = [];
  const work = async () => {
    seen.push((running += 1));
    await new Promise((resolve) => setTimeout(resolve, 5));
    running -= 1;
  };
  await Promise.all([1, 2, 3].map(() => withLock(path, work)));
  expect(seen).toEqual([1, 1, 1]);
  expect(await readdir(folder)).toEqual([]);
});

test('the lock of a dead process is taken over', async () => {
  const path = join(folder, 'lock');
  await writeFile(path, String(DEAD));
  expect(await withLock(path, () => Promise.resolve('done'))).toBe('done');
});
