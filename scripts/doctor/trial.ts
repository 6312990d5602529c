import { text } from 'node:stream/consumers';
import type Docker from 'dockerode';
import { DockerBackend } from '../../sandbox-server/backend/docker/docker-backend.ts';
import { temporaryOwner } from '../../sandbox-server/backend/docker/temporary-owner.ts';
import type { TriedTier } from '../../sandbox-server/backend/docker/tier.ts';
import { PATHS } from '../../sandbox-server/backend/paths.ts';
import { FEATURE_NAMES, FEATURES } from '../../sandbox-server/lab/features.ts';
import type { ImageSet } from '../../sandbox-server/setup/types.ts';
import { note, ok, problem, type Finding } from './finding.ts';

const NAME = 'trial sandbox';

/** The proof: starts a sandbox, runs a container in it as a learner would, and removes all of it. */
export async function trial(docker: Docker, images: ImageSet, tried?: TriedTier): Promise<Finding> {
  const owner = temporaryOwner();
  const backend = new DockerBackend({ docker, owner, images, ...(tried && { tier: tried }) });
  const start = performance.now();
  try {
    const sandbox = await backend.create({ id: 'trial', machines: ['host'] });
    const ready = performance.now() - start;
    const run = await backend.exec(sandbox, 'host', ['docker', 'run', '--rm', 'hello-world']);
    run.stream.end();
    const [said, complaint, code] = await Promise.all([text(run.stream), text(run.stderr), run.exit]);
    if (code !== 0 || !said.includes('Hello from Docker'))
      throw new Error(complaint.trim().split('\n').at(-1) ?? `exit ${code}`);
    const lacking = await backend.lacks(FEATURE_NAMES);
    const lacks = `labs in it have no ${lacking.map((need) => FEATURES[need]).join(', no ')}`;
    const works = `ready in ${(ready / 1000).toFixed(1)} s; \`docker run hello-world\` worked in it; ${lacks}`;
    const df = await backend.exec(sandbox, 'host', ['df', '--human-readable', '--output=source,size', PATHS.home]);
    df.stream.end();
    df.stderr.resume();
    const disk = /^\/dev\/loop\d+ +(\S+)$/m.exec(await text(df.stream));
    if (disk !== null) return ok(NAME, `${works}; its disk is one of its own, of ${disk[1]}`);
    const fix = 'Load the loop module (sudo modprobe loop), or let nobody in whom you don’t trust.';
    return note(NAME, `${works}; its disk is counted and not bounded, as the engine’s host has no loop devices`, fix);
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? ` (${error.cause.message})` : '';
    return problem(
      NAME,
      `It does not work: ${error instanceof Error ? error.message : String(error)}${cause}`,
      'Look at what is marked above first.',
    );
  } finally {
    await backend.destroyAll();
  }
}
