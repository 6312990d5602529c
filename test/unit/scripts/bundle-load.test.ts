import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { load } from '../../../scripts/bundle/load.mjs';

let folder: string;
const said: string[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'drydock-bundle-'));
  said.length = 0;
  vi.spyOn(console, 'error').mockImplementation((line: string) => void said.push(line));
});

afterEach(async () => {
  vi.restoreAllMocks();
  await rm(folder, { recursive: true });
});

/** A bundle with the parts of a whole one, whose checkout notes how it was called. */
async function bundle(about: object): Promise<string> {
  const stage = join(folder, 'stage');
  const checkout = join(stage, 'checkout');
  await mkdir(join(checkout, 'scripts'), { recursive: true });
  await mkdir(join(checkout, 'node_modules'));
  await mkdir(join(checkout, 'dist'));
  await writeFile(
    join(checkout, 'scripts', 'run.mjs'),
    "import { writeFileSync } from 'node:fs'; writeFileSync('called', process.argv.slice(2).join(' '));",
  );
  const tar = (part: string, ...what: string[]) =>
    execFileSync('tar', ['-cf', join(stage, `${part}.tar`), '-C', checkout, ...what]);
  tar('checkout', 'scripts');
  tar('node_modules', 'node_modules');
  tar('site', 'dist');
  await writeFile(
    join(stage, 'bundle.json'),
    JSON.stringify({ platform: process.platform, arch: process.arch, ...about }),
  );
  const file = join(folder, 'out.tar');
  execFileSync('tar', ['-cf', file, '-C', stage, 'bundle.json', 'checkout.tar', 'node_modules.tar', 'site.tar']);
  return file;
}

test('a bundle is unpacked, its checkout is told to take the rest, and nothing is left lying about', async () => {
  const into = join(folder, 'room');
  expect(load({ file: await bundle({}), into, data: join(folder, 'data'), log: () => undefined })).toBe(0);
  expect(await readFile(join(into, 'called'), 'utf8')).toBe(
    `bundle --receive ${join(into, '.bundle')} --data ${join(folder, 'data')}`,
  );
  await expect(readFile(join(into, '.bundle', 'bundle.json'))).rejects.toThrow('ENOENT');
});

test.each([
  ['another platform', { platform: 'plan9' }, /^The bundle is for plan9 on/],
  ['another processor', { arch: 'pdp11' }, /on pdp11; this is/],
])('a bundle for %s is refused before anything is done', async (_what, about, words) => {
  const into = join(folder, 'room');
  expect(load({ file: await bundle(about), into, log: () => undefined })).toBe(1);
  expect(said.join('\n')).toMatch(words);
  await expect(readFile(join(into, 'called'))).rejects.toThrow('ENOENT');
});

test('a folder with other things in it is left alone', async () => {
  await writeFile(join(folder, 'thesis.txt'), 'mine');
  expect(load({ file: await bundle({}), into: folder, log: () => undefined })).toBe(1);
  expect(said.join('\n')).toMatch(/has something else in it\. Give an empty folder: --into/);
  expect(await readFile(join(folder, 'thesis.txt'), 'utf8')).toBe('mine');
});

test('a file that is not there, or is no bundle, is told', async () => {
  expect(load({ file: join(folder, 'none.tar'), into: join(folder, 'room') })).toBe(1);
  await writeFile(join(folder, 'text.tar'), 'not a tar');
  expect(load({ file: join(folder, 'text.tar'), into: join(folder, 'room'), log: () => undefined })).toBe(1);
  expect(said.join('\n')).toMatch(/There is no file[\s\S]*tar -xf .* failed/);
});
