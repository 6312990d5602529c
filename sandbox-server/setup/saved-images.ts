import { createWriteStream } from 'node:fs';
import { mkdir, readFile } from 'node:fs/promises';
import { dirname, join, normalize } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { extract as createExtract } from 'tar-stream';
import { z } from 'zod';

export interface SavedImage {
  tags: string[];
  /** Files of its configuration and its layers, in order; layers are tar archives, compressed or not. */
  config: string;
  layers: string[];
}

const savedManifest = z.array(
  z.object({ Config: z.string(), RepoTags: z.array(z.string()).nullable(), Layers: z.array(z.string()) }),
);

/** Unpacks what the engine's `save` streams into a folder. Old and new engines name the files differently; manifest.json says how. */
export async function unpackSavedImages(saved: Readable, folder: string): Promise<SavedImage[]> {
  const links = new Map<string, string>();
  const extract = createExtract();
  const unpack = async () => {
    for await (const entry of extract) {
      const { name, type, linkname } = entry.header;
      if (type === 'symlink') links.set(name, normalize(join(dirname(name), linkname)));
      if (type === 'file') {
        const path = inside(folder, name);
        await mkdir(dirname(path), { recursive: true });
        await pipeline(entry, createWriteStream(path));
      } else {
        entry.resume();
      }
    }
  };
  await Promise.all([pipeline(saved, extract as unknown as Writable), unpack()]);
  const manifest = savedManifest.parse(JSON.parse(await readFile(join(folder, 'manifest.json'), 'utf8')));
  const file = (name: string) => inside(folder, links.get(name) ?? name);
  return manifest.map(({ Config, RepoTags, Layers }) => ({
    tags: RepoTags ?? [],
    config: file(Config),
    layers: Layers.map(file),
  }));
}

function inside(folder: string, name: string): string {
  const path = join(folder, name);
  if (!path.startsWith(`${folder}/`)) throw new Error(`the engine saved an image with a file outside of it: ${name}`);
  return path;
}
