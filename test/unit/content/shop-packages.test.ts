import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import tar from 'tar-stream';
import { describe, expect, test } from 'vitest';

const CONTENT = new URL('../../../content/containers/', import.meta.url).pathname;
/** Folders of a shop; the ones in lessons lie over the shared one. */
const SHOPS = ['files/shop', 'images/3-layers-and-the-cache/files/shop'];

interface LockFile {
  packages: Record<string, { resolved?: string; integrity?: string }>;
}

const archives = SHOPS.flatMap((shop) =>
  readdirSync(join(CONTENT, shop, 'vendor')).map((name) => ({ name, path: join(CONTENT, shop, 'vendor', name) })),
);

async function unpack(path: string): Promise<Record<string, string>> {
  const files: Record<string, string> = {};
  const extract = tar.extract();
  extract.end(gunzipSync(readFileSync(path)));
  for await (const entry of extract) {
    const chunks: Buffer[] = [];
    for await (const chunk of entry) chunks.push(chunk as Buffer);
    files[entry.header.name.replace(/^package\//, '')] = Buffer.concat(chunks).toString('utf8');
  }
  return files;
}

describe('the packages that the shop of the lessons installs', () => {
  test.each(archives)('$name holds what its sources say', async ({ name, path }) => {
    const folder = join(CONTENT, 'packages', name.replace(/^shop-(.*)-[\d.]+\.tgz$/, '$1'));
    const sources = Object.fromEntries(
      readdirSync(folder).map((file) => [file, readFileSync(join(folder, file), 'utf8')]),
    );
    expect(await unpack(path)).toEqual(sources);
  });

  test.each(SHOPS)('the lockfile in %s has the checksums of the archives', (shop) => {
    const lock = JSON.parse(readFileSync(join(CONTENT, shop, 'package-lock.json'), 'utf8')) as LockFile;
    const vendored = Object.values(lock.packages).filter(({ resolved }) => resolved?.startsWith('file:vendor/'));
    expect(vendored.length).toBeGreaterThan(0);
    for (const { resolved, integrity } of vendored) {
      const archive = archives.find(({ name }) => resolved === `file:vendor/${name}`);
      const content = readFileSync(archive?.path ?? '');
      expect(integrity).toBe(`sha512-${createHash('sha512').update(content).digest('base64')}`);
    }
  });
});
