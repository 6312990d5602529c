import Docker from 'dockerode';
import { startWith } from '../../sandbox-server/backend/docker/engine-host.ts';
import { temporaryOwner } from '../../sandbox-server/backend/docker/temporary-owner.ts';
import { PRIVILEGED_RUNTIME } from '../../sandbox-server/backend/docker/tier.ts';
import { findClusterMaterials } from '../../sandbox-server/setup/kubernetes/cluster-materials.ts';
import { findNodeImage, type NodeImageOptions } from '../../sandbox-server/setup/kubernetes/node-image.ts';
import type { EngineInfo } from './engine-checks.ts';
import { note, ok, type Finding } from './finding.ts';

const NAME = 'Kubernetes';
const MAKE = 'npm run images -- kubernetes';

/** What clusters are made of and where it came from, and whether the engine lets them run. Labs without a cluster need none of it. */
export async function kubernetesCheck(making: Omit<NodeImageOptions, 'base'>, info: EngineInfo): Promise<Finding> {
  const image = await findNodeImage(making);
  if (image === undefined)
    return note(
      NAME,
      'No image of nodes is on the engine, so there can be no cluster; labs that need one say so.',
      MAKE,
    );
  if ((await findClusterMaterials(making)) === undefined)
    return note(
      NAME,
      `${image.tag} is there, but not both of kind and a docker client, so there can be no cluster.`,
      MAKE,
    );
  const refusal = await whyRefused(new Docker(making.engine.dockerodeOptions), image.tag, info);
  if (refusal !== undefined)
    return note(
      NAME,
      `The engine refuses privileged containers, which nodes of clusters are: ${refusal}`,
      'Use the engine that `npm start` brings, or one that allows them. The other labs work.',
    );
  const origin =
    image.from === 'registry' ? 'kindest/node, from a registry' : 'built here from Go modules and Debian’s packages';
  const ingress =
    image.ingress === true ? 'with an ingress controller' : 'no ingress controller, so an Ingress has no effect';
  return ok(NAME, `${image.tag}: Kubernetes ${image.version}; ${origin}; ${ingress}; the engine lets nodes run`);
}

/** What the engine said of a privileged container; undefined when it ran. */
async function whyRefused(docker: Docker, image: string, { Runtimes = {} }: EngineInfo): Promise<string | undefined> {
  const runtime = PRIVILEGED_RUNTIME in Runtimes ? { Runtime: PRIVILEGED_RUNTIME } : {};
  try {
    await startWith(docker, { owner: temporaryOwner(), image }, { Privileged: true, ...runtime });
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
