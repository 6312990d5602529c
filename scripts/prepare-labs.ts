import { join } from 'node:path';
import Docker from 'dockerode';
import { chooseTier } from '../sandbox-server/backend/docker/choose-tier.ts';
import { PRIVILEGED_WARNING, ROOTLESS, type TriedTier, UnknownTier } from '../sandbox-server/backend/docker/tier.ts';
import { ensureEngine } from '../sandbox-server/setup/engine.ts';
import { ensureImages } from '../sandbox-server/setup/images.ts';
import { type ClusterMaterials, findClusterMaterials } from '../sandbox-server/setup/kubernetes/cluster-materials.ts';
import { SetupError } from '../sandbox-server/setup/setup-error.ts';
import type { EngineHandle, ImageSet, Problem, Progress } from '../sandbox-server/setup/types.ts';
import { consent, host, ROOT } from './options.ts';

/** What this process holds of the engine. */
export interface Held {
  engine: EngineHandle | null;
}

export interface LabsPlan {
  dataDir: string;
  progress: Progress;
  yes: boolean;
  /** Default rootless. Another one is tried first; one that there is not rejects with UnknownTier. */
  tier?: string;
}

export interface PreparedLabs {
  images: ImageSet | null;
  /** What clusters are made of, when it is there. */
  cluster?: ClusterMaterials;
  tier?: TriedTier;
  engineProblem?: Problem;
}

/** An engine with the images, in `held`; without them the lessons can still be read, and what stands in the way is told. */
export async function prepareLabs(held: Held, plan: LabsPlan): Promise<PreparedLabs> {
  const { dataDir, progress, yes } = plan;
  const found = await ensureEngine({ host, dataDir, progress, confirm: consent(yes) });
  if (found.engine === null) return { images: null, engineProblem: found.problem };
  const { engine } = found;
  held.engine = engine;
  try {
    const making = { engine, imagesDir: join(ROOT, 'images'), dataDir, host, progress };
    const [images, cluster] = [await ensureImages(making), await findClusterMaterials(making)];
    return { ...(await inTier(engine, images, plan)), ...(cluster && { cluster }) };
  } catch (error) {
    if (error instanceof UnknownTier) throw error;
    const problem =
      error instanceof SetupError
        ? error.problem
        : {
            what: error instanceof Error ? error.message : String(error),
            fix: 'Run `npm run images` to try again.',
          };
    held.engine = null;
    await engine.release();
    return { images: null, engineProblem: problem };
  }
}

async function inTier(
  engine: EngineHandle,
  images: ImageSet,
  { progress, tier: name = ROOTLESS.name }: LabsPlan,
): Promise<PreparedLabs> {
  if (name === ROOTLESS.name) return { images };
  const done = progress.step(`trying the isolation tier ${name}`);
  const { tried, problem } = await chooseTier(name, new Docker(engine.dockerodeOptions), images);
  if (problem !== undefined) throw new SetupError(problem);
  done();
  if (tried.tier.privileged) progress.note(`! ${PRIVILEGED_WARNING}`);
  return { images, tier: tried };
}
