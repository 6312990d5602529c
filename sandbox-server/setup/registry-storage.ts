import { createHash, randomUUID } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, open, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import type { SavedImage } from './saved-images.ts';

/** Most of what there is to win, in a third of the time of the default. */
const GZIP_LEVEL = 3;
const MANIFEST = 'application/vnd.docker.distribution.manifest.v2+json';
const CONFIG = 'application/vnd.docker.container.image.v1+json';
const LAYER = 'application/vnd.docker.image.rootfs.diff.tar.gzip';

interface Blob {
  digest: string;
  size: number;
}

/** The folder layout of a registry's storage: what is written here is served without anybody having pushed it. */
export class RegistryStorage {
  readonly #root: string;
  readonly #layers = new Map<string, Promise<Blob>>();

  constructor(folder: string) {
    this.#root = join(folder, 'docker', 'registry', 'v2');
  }

  /** Adds an image under names such as `busybox:1.37`. */
  async add(image: SavedImage, names: readonly string[]): Promise<void> {
    const config = await this.#addBytes(await readFile(image.config));
    const layers = await Promise.all(image.layers.map((layer) => this.#layer(layer)));
    const document = {
      schemaVersion: 2,
      mediaType: MANIFEST,
      config: { mediaType: CONFIG, ...config },
      layers: layers.map((layer) => ({ mediaType: LAYER, ...layer })),
    };
    const manifest = await this.#addBytes(Buffer.from(JSON.stringify(document, undefined, 3)));
    for (const name of names) {
      const [repository, tag] = name.split(':') as [string, string];
      const folder = join(this.#root, 'repositories', 'library', repository);
      for (const blob of [config, ...layers]) await link(join(folder, '_layers', path(blob.digest)), blob);
      await link(join(folder, '_manifests', 'revisions', path(manifest.digest)), manifest);
      await link(join(folder, '_manifests', 'tags', tag, 'current'), manifest);
      await link(join(folder, '_manifests', 'tags', tag, 'index', path(manifest.digest)), manifest);
    }
  }

  #layer(file: string): Promise<Blob> {
    let blob = this.#layers.get(file);
    if (blob === undefined) this.#layers.set(file, (blob = this.#addLayer(file)));
    return blob;
  }

  async #addLayer(file: string): Promise<Blob> {
    const temporary = join(this.#root, randomUUID());
    await mkdir(this.#root, { recursive: true });
    const hash = createHash('sha256');
    let size = 0;
    const measure = new Transform({
      transform(chunk: Buffer, _encoding, done) {
        hash.update(chunk);
        size += chunk.length;
        done(null, chunk);
      },
    });
    const source = createReadStream(file, { highWaterMark: 1024 ** 2 });
    const target = createWriteStream(temporary);
    if (await isGzip(file)) await pipeline(source, measure, target);
    else await pipeline(source, createGzip({ level: GZIP_LEVEL, chunkSize: 1024 ** 2 }), measure, target);
    const digest = `sha256:${hash.digest('hex')}`;
    const blob = this.#blobFile(digest);
    await mkdir(dirname(blob), { recursive: true });
    await rename(temporary, blob);
    return { digest, size };
  }

  async #addBytes(content: Buffer): Promise<Blob> {
    const digest = `sha256:${createHash('sha256').update(content).digest('hex')}`;
    const blob = this.#blobFile(digest);
    await mkdir(dirname(blob), { recursive: true });
    await writeFile(blob, content);
    return { digest, size: content.length };
  }

  #blobFile(digest: string): string {
    const [algorithm, hex] = digest.split(':') as [string, string];
    return join(this.#root, 'blobs', algorithm, hex.slice(0, 2), hex, 'data');
  }
}

function path(digest: string): string {
  return digest.replace(':', '/');
}

async function link(folder: string, blob: Blob): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'link'), blob.digest);
}

async function isGzip(file: string): Promise<boolean> {
  const handle = await open(file);
  try {
    const { buffer } = await handle.read(Buffer.alloc(2), 0, 2, 0);
    return buffer[0] === 0x1f && buffer[1] === 0x8b;
  } finally {
    await handle.close();
  }
}
