import { join } from 'node:path';
import Docker from 'dockerode';
import type { TestProject } from 'vitest/node';
import { sweepTemporaryOwners } from '../../sandbox-server/backend/docker/temporary-owner.ts';
import { ensureEngine } from '../../sandbox-server/setup/engine.ts';
import { ensureImages } from '../../sandbox-server/setup/images.ts';
import { lineProgress } from '../../sandbox-server/setup/progress.ts';
import type { ImageSet } from '../../sandbox-server/setup/types.ts';
import { dataFolder, host, ROOT } from '../../scripts/options.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** For `new Docker(…)`. */
    dockerodeOptions: object;
    images: ImageSet;
  }
}

/** Gives the tests a real engine with the sandboxes' images, and keeps it for as long as they run. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const dataDir = dataFolder(undefined);
  const progress = lineProgress(process.stdout);
  // `npm test` installs what is missing; a run of vitest by hand does not.
  const found = await ensureEngine({ host, dataDir, progress, confirm: () => Promise.resolve(false) });
  if (found.engine === null)
    throw new Error(`These tests need a container engine. ${found.problem.what} ${found.problem.fix}`);
  const { engine } = found;
  const images = await ensureImages({ engine, imagesDir: join(ROOT, 'images'), dataDir, host, progress });
  await sweepTemporaryOwners(new Docker(engine.dockerodeOptions));
  project.provide('dockerodeOptions', engine.dockerodeOptions);
  project.provide('images', images);
  return () => engine.release();
}
