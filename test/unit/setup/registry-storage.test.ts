import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { gunzipSync } from 'node:zlib';
import { pack } from 'tar-stream';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { helloProgram } from '../../../sandbox-server/setup/hello-program.ts';
import { RegistryStorage } from '../../../sandbox-server/setup/registry-storage.ts';
import { unpackSavedImages } from '../../../sandbox-server/setup/saved-images.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'drydock-storage-'));
});
afterEach(() => rm(folder, { recursive: true }));

const MANIFEST = [{ Config: 'cfg.json', RepoTags: ['drydock/lab-x:1'], Layers: ['a/layer.tar', 'b/layer.tar'] }];

/** As an older engine saves: the second layer is a link to the first. */
function savedByOldEngine(): Readable {
  const archive = pack();
  archive.entry({ name: 'a/layer.tar' }, 'layer content');
  archive.entry({ name: 'b/layer.tar', type: 'symlink', linkname: '../a/layer.tar' });
  archive.entry({ name: 'cfg.json' }, '{"architecture":"amd64"}');
  archive.entry({ name: 'manifest.json' }, JSON.stringify(MANIFEST));
  archive.finalize();
  return Readable.from(archive);
}

test('a saved image becomes files that a registry serves under its public names', async () => {
  const [image] = await unpackSavedImages(savedByOldEngine(), join(folder, 'saved'));
  if (image === undefined) throw new Error('nothing was saved');
  expect(image.tags).toEqual(['drydock/lab-x:1']);
  await new RegistryStorage(join(folder, 'out')).add(image, ['x:1', 'x:latest']);

  const root = join(folder, 'out', 'docker', 'registry', 'v2');
  const digest = await readFile(join(root, 'repositories/library/x/_manifests/tags/latest/current/link'), 'utf8');
  const manifest = await blob(root, digest);
  expect(`sha256:${createHash('sha256').update(manifest).digest('hex')}`).toBe(digest);
  const { layers, config } = JSON.parse(manifest.toString()) as {
    layers: { digest: string }[];
    config: { digest: string };
  };
  expect(layers).toHaveLength(2);
  expect(layers[0]).toEqual(layers[1]);
  expect(gunzipSync(await blob(root, layers[0]?.digest ?? '')).toString()).toBe('layer content');
  expect((await blob(root, config.digest)).toString()).toBe('{"architecture":"amd64"}');
});

test('a saved image cannot write outside of its folder', async () => {
  const archive = pack();
  archive.entry({ name: '../outside' }, 'x');
  archive.finalize();
  await expect(unpackSavedImages(Readable.from(archive), join(folder, 'saved'))).rejects.toThrow('outside');
});

test.runIf(process.platform === 'linux' && process.arch === 'x64')(
  'the hello-world program prints its text and ends well',
  async () => {
    const program = join(folder, 'hello');
    await writeFile(program, helloProgram('Ahoy!\n', 'x64'));
    await chmod(program, 0o755);
    expect(execFileSync(program).toString()).toBe('Ahoy!\n');
  },
);

function blob(root: string, digest: string): Promise<Buffer> {
  const hex = digest.replace('sha256:', '');
  return readFile(join(root, 'blobs', 'sha256', hex.slice(0, 2), hex, 'data'));
}
