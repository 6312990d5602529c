import { needDockerClient } from '../../sandbox-server/setup/kubernetes/docker-client.ts';
import { ensureKind } from '../../sandbox-server/setup/kubernetes/kind-binary.ts';
import {
  ensureNodeImage,
  findNodeImage,
  goProgramsOptions,
  type NodeImageOptions,
} from '../../sandbox-server/setup/kubernetes/node-image.ts';
import { SetupError } from '../../sandbox-server/setup/setup-error.ts';
import type { Problem } from '../../sandbox-server/setup/types.ts';

/** What the tests of clusters lack on this machine. `make`: the image is made when it is missing, which takes long once. */
export async function missingForClusters(options: NodeImageOptions & { make: boolean }): Promise<Problem | undefined> {
  try {
    if (options.make) await ensureNodeImage(options);
    else if ((await findNodeImage(options)) === undefined)
      return {
        what: 'The engine has no image for nodes of clusters.',
        fix: 'Run `npm run images -- kubernetes`, then `npm test -- kubernetes`.',
      };
    await needDockerClient(options.host);
    await ensureKind(await goProgramsOptions(options));
    return undefined;
  } catch (error) {
    if (error instanceof SetupError) return error.problem;
    throw error;
  }
}
