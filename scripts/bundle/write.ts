import { createWriteStream } from 'node:fs';
import { cp, mkdir, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';
import Docker from 'dockerode';
import { ensureImages } from '../../sandbox-server/setup/images.ts';
import { saveImages } from '../../sandbox-server/setup/mirror-image.ts';
import { runCommand } from '../../sandbox-server/setup/run-command.ts';
import type { EngineHandle, Progress } from '../../sandbox-server/setup/types.ts';
import { host, ROOT } from '../options.ts';
import { buildSite } from '../site.ts';
import type { About } from './about.ts';
import { withCacheVolume } from './cache-volume.ts';
import { fetchEnginePackages } from './engine-packages.ts';

/** Writes everything that a room without internet needs into one file. */
export async function writeBundle(options: {
  engine: EngineHandle;
  file: string;
  dataDir: string;
  progress: Progress;
}): Promise<void> {
  const { engine, dataDir, progress } = options;
  const file = resolve(options.file);
  const docker = new Docker(engine.dockerodeOptions);
  const images = await ensureImages({ engine, imagesDir: join(ROOT, 'images'), dataDir, host, progress });
  await buildSite({ root: ROOT, host, progress });
  await mkdir(join(dataDir, 'cache'), { recursive: true });
  const stage = await mkdtemp(join(dataDir, 'cache', 'bundle-'));
  const part = async (name: string, make: (path: string) => Promise<void>) => {
    const done = progress.step(name);
    const path = join(stage, name);
    await make(path);
    done(megabytes(await sizeOf(path)));
  };
  const tar = (...args: string[]) => runCommand(['tar', ...args], { cwd: ROOT, env: host.env }).then(() => undefined);
  try {
    await cp(join(ROOT, 'scripts', 'bundle'), join(stage, 'bundle'), {
      recursive: true,
      filter: (path) => !path.endsWith('.ts'),
    });
    const tags = [images.base, images.ca, images.engine, images.shell, images.mirror];
    const about: About = {
      platform: host.platform,
      arch: host.arch,
      commit: (await runCommand(['git', 'rev-parse', 'HEAD'], { cwd: ROOT, env: host.env }).catch(() => '')).trim(),
      images: tags,
      mirror: images.mirror,
    };
    await writeFile(join(stage, 'bundle.json'), JSON.stringify(about, undefined, 2));
    await part('checkout.tar', (path) => tar('-cf', path, ...EXCLUDED, '.'));
    await part('node_modules.tar', (path) => tar('-cf', path, 'node_modules'));
    await part('site.tar', (path) => tar('-cf', path, 'dist'));
    await part('images.tar', async (path) => pipeline(await saveImages(docker, tags), createWriteStream(path)));
    await part('packages.tar', (path) =>
      withCacheVolume(docker, images.mirror, async (container) =>
        pipeline(await container.getArchive({ path: '/var/cache/drydock' }), createWriteStream(path)),
      ),
    );
    await part('engine', (path) => fetchEnginePackages(host, path, (why) => progress.note(why)));
    await runCommand(['tar', '-cf', file, ...(await readdir(stage))], { cwd: stage, env: host.env });
    progress.note(`${file}: ${megabytes((await stat(file)).size)}`);
  } finally {
    await rm(stage, { recursive: true, force: true });
  }
}

/** What has a part of its own, and what belongs to one machine. */
const EXCLUDED = ['node_modules', 'dist', '.git', '.astro', '.drydock', '.bundle'].map((name) => `--exclude=./${name}`);

async function sizeOf(path: string): Promise<number> {
  const found = await stat(path);
  if (!found.isDirectory()) return found.size;
  const sizes = await Promise.all((await readdir(path)).map((name) => sizeOf(join(path, name))));
  return sizes.reduce((sum, size) => sum + size, 0);
}

function megabytes(bytes: number): string {
  return `${Math.round(bytes / 1e6)} MB`;
}
