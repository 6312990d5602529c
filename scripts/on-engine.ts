import { join } from 'node:path';
import Docker from 'dockerode';
import { sweepTemporaryOwners } from '../sandbox-server/backend/docker/temporary-owner.ts';
import { sweepClusters } from '../sandbox-server/cluster/kind/sweep-clusters.ts';
import { ensureEngine } from '../sandbox-server/setup/engine.ts';
import { ensureImages } from '../sandbox-server/setup/images.ts';
import { lineProgress } from '../sandbox-server/setup/progress.ts';
import type { EngineHandle, ImageSet, Progress } from '../sandbox-server/setup/types.ts';
import { consent, dataFolder, host, ROOT } from './options.ts';

/** What a script works with that makes sandboxes of its own. */
export interface OnEngine {
  engine: EngineHandle;
  docker: Docker;
  images: ImageSet;
  progress: Progress;
}

/**
 * Finds or starts a container engine, makes the images that are missing, removes what killed runs have left, and lets go of the
 * engine when the work is done. Resolves to the script's exit code: the work's, or 1 when there is no engine, which is told.
 */
export async function onEngine(
  { data, yes, out = process.stdout }: { data?: string | undefined; yes: boolean; out?: NodeJS.WriteStream },
  work: (on: OnEngine) => Promise<number>,
): Promise<number> {
  const dataDir = dataFolder(data);
  const progress = lineProgress(out);
  const { engine, problem } = await ensureEngine({ host, dataDir, progress, confirm: consent(yes) });
  if (engine === null) {
    console.error(`${problem.what}\n${problem.fix}`);
    return 1;
  }
  try {
    const images = await ensureImages({ engine, imagesDir: join(ROOT, 'images'), dataDir, host, progress });
    const docker = new Docker(engine.dockerodeOptions);
    await sweepTemporaryOwners(docker);
    await sweepClusters(docker);
    return await work({ engine, docker, images, progress });
  } finally {
    await engine.release();
  }
}
