import { join } from 'node:path';
import Docker from 'dockerode';
import { z } from 'zod';
import { ImageBuilder, LABS_LABEL, MissingImage } from './image-builder.ts';
import { ourImages, pruneImages } from './image-names.ts';
import { readLabManifest } from './lab-manifest.ts';
import { withLock } from './lock.ts';
import { privilegeOf } from './privilege.ts';
import { settleAll } from './slots.ts';
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
  const docker = new Docker(options.engine.dockerodeOptions);
  const make = async () => {
    const builder = await imageBuilder(docker, options, 'make');
    const images = await allImages(builder, options.imagesDir);
    if (builder.built > 0) await pruneImages(docker, builder.used);
    return images;
  };
  const onWait = (pid: number) => options.progress.note(`waiting for process ${pid}, which is making the images`);
  return withLock(join(options.dataDir, 'images.lock'), make, onWait);
}

/** The images that are there already; null when any is missing or of another version. Makes nothing. */
export async function findImages(options: ImagesOptions): Promise<ImageSet | null> {
  const builder = await imageBuilder(new Docker(options.engine.dockerodeOptions), options, 'find');
  return allImages(builder, options.imagesDir).catch((error: unknown) => {
    if (error instanceof MissingImage) return null;
    throw error;
  });
}

async function imageBuilder(docker: Docker, options: ImagesOptions, mode: 'make' | 'find'): Promise<ImageBuilder> {
  const { imagesDir, dataDir, host, progress, rebuild } = options;
  const [{ Arch }, privilege, present] = await Promise.all([docker.version(), privilegeOf(host), ourImages(docker)]);
  const settings = {
    docker,
    imagesDir,
    cacheDir: join(dataDir, 'cache'),
    host,
    privilege,
    progress,
    arch: ARCHES[Arch] ?? Arch,
    mode,
  };
  return new ImageBuilder(settings, rebuild === true ? new Map() : present);
}

async function allImages(builder: ImageBuilder, imagesDir: string): Promise<ImageSet> {
  const sources = await readLabManifest(imagesDir);
  const base = await builder.base();
  const ca = await builder.simple('ca', { BASE: base });
  const [engine, shell, mirror] = await settleAll([
    builder.simple('engine', { BASE: base, CA: ca }),
    builder.simple('shell', { BASE: base, CA: ca }),
    builder.mirror(base, ca, sources),
  ] as const);
  return {
    base: base.tag,
    ca: ca.tag,
    engine: engine.tag,
    shell: shell.tag,
    mirror: mirror.tag,
    labImages: labImages.parse(JSON.parse(mirror.labels[LABS_LABEL] ?? '[]')),
  };
}
