import { join } from 'node:path';
import Docker from 'dockerode';
import { z } from 'zod';
import { ImageBuilder, LABS_LABEL } from './image-builder.ts';
import { ourImages, pruneImages } from './image-names.ts';
import { readLabManifest } from './lab-manifest.ts';
import { withLock } from './lock.ts';
import { privilegeOf } from './privilege.ts';
import type { EngineHandle, Host, ImageSet, Progress } from './types.ts';

export interface ImagesOptions {
  engine: EngineHandle;
  /** The checkout's `images` folder. */
  imagesDir: string;
  dataDir: string;
  host: Host;
  progress: Progress;
  /** Make all of them again, with the newest packages. */
  rebuild?: boolean;
}

const labImages = z.array(z.object({ name: z.string(), source: z.enum(['registry', 'built']) }));

/** Docker's names for processors → Node's. */
const ARCHES: Record<string, string> = { amd64: 'x64', arm64: 'arm64' };

/** Makes sure that the engine has every image that sandboxes are made of; what is there already is not made again. */
export async function ensureImages(options: ImagesOptions): Promise<ImageSet> {
  const { imagesDir, dataDir, host, progress, rebuild } = options;
  const docker = new Docker(options.engine.dockerodeOptions);
  const cacheDir = join(dataDir, 'cache');
  const sources = await readLabManifest(imagesDir);
  const onWait = (pid: number) => progress.note(`waiting for process ${pid}, which is making the images`);
  return withLock(
    join(dataDir, 'images.lock'),
    async () => {
      const { Arch } = await docker.version();
      const privilege = await privilegeOf(host);
      const arch = ARCHES[Arch] ?? Arch;
      const builder = new ImageBuilder({ docker, imagesDir, cacheDir, host, privilege, progress, arch }, rebuild === true ? new Map() : await ourImages(docker));
      const base = await builder.base();
      const ca = await builder.simple('ca', { BASE: base });
      const [engine, shell, mirror] = await Promise.all([
        builder.simple('engine', { BASE: base, CA: ca }),
        builder.simple('shell', { BASE: base, CA: ca }),
        builder.mirror(base, ca, sources),
      ]);
      if (builder.built > 0) await pruneImages(docker, builder.used);
      return {
        base: base.tag,
        engine: engine.tag,
        shell: shell.tag,
        mirror: mirror.tag,
        labImages: labImages.parse(JSON.parse(mirror.labels[LABS_LABEL] ?? '[]')),
      };
    },
    onWait,
  );
}
