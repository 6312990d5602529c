import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import type Docker from 'dockerode';
import { folderPart } from './build-context.ts';
import { buildImage } from './build-image.ts';
import { RegistryStorage } from './registry-storage.ts';
import { unpackSavedImages } from './saved-images.ts';

export interface MirrorOptions {
  docker: Docker;
  /** images/mirror */
  folder: string;
  workDir: string;
  tag: string;
  base: string;
  ca: string;
  /** Tags on this engine → the names under which the mirror serves them. */
  labs: ReadonlyMap<string, readonly string[]>;
  labels: Record<string, string>;
}

/** Builds the mirror with the labs' images inside. */
export async function makeMirrorImage(options: MirrorOptions): Promise<string> {
  const { docker, labs } = options;
  await mkdir(options.workDir, { recursive: true });
  const work = await mkdtemp(join(options.workDir, 'mirror-'));
  try {
    const images = await unpackSavedImages(await saveImages(docker, [...labs.keys()]), join(work, 'saved'));
    const storage = new RegistryStorage(join(work, 'registry'));
    for (const image of images) {
      await storage.add(
        image,
        image.tags.flatMap((tag) => labs.get(tag) ?? []),
      );
    }
    return await buildImage(docker, {
      tag: options.tag,
      context: [folderPart(options.folder), folderPart(join(work, 'registry'), 'registry/')],
      buildArgs: { BASE: options.base, CA: options.ca },
      labels: options.labels,
    });
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/** All at once, so that the engine writes a layer that several share only once. dockerode has no call for that. */
export function saveImages(docker: Docker, tags: readonly string[]): Promise<Readable> {
  const query = tags.map((tag) => `names=${encodeURIComponent(tag)}`).join('&');
  return new Promise((resolve, reject) => {
    docker.modem.dial(
      // The client drops a path's last character when there are no further options.
      {
        path: `/images/get?${query}&`,
        method: 'GET',
        isStream: true,
        statusCodes: { 200: true, 404: 'no such image', 500: 'server error' },
      },
      (error, stream) => (error === null ? resolve(stream as Readable) : reject(error)),
    );
  });
}
