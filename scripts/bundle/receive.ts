import { createReadStream, existsSync } from 'node:fs';
import { join } from 'node:path';
import Docker from 'dockerode';
import type { EngineHandle, Progress } from '../../sandbox-server/setup/types.ts';
import { withCacheVolume } from './cache-volume.ts';
import { readAbout } from './about.ts';

/** Gives the engine what a bundle holds for it. `parts`: the folder that it was unpacked into. */
export async function receiveBundle(options: {
  engine: EngineHandle;
  parts: string;
  progress: Progress;
}): Promise<void> {
  const { engine, parts, progress } = options;
  const docker = new Docker(engine.dockerodeOptions);
  const about = await readAbout(parts);
  const images = progress.step('images');
  const loading = await docker.loadImage(createReadStream(join(parts, 'images.tar')));
  await new Promise<void>((resolve, reject) => {
    docker.modem.followProgress(loading, (error: Error | null) => (error ? reject(error) : resolve()));
  });
  for (const tag of about.images) await docker.getImage(tag).inspect();
  images(`${about.images.length} of them`);
  const packages = join(parts, 'packages.tar');
  if (!existsSync(packages)) return;
  const cache = progress.step('package cache');
  await withCacheVolume(docker, about.mirror, async (container) => {
    await container.putArchive(createReadStream(packages), { path: '/var/cache' });
  });
  cache();
}
