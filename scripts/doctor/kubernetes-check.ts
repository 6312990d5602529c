import { findNodeImage } from '../../sandbox-server/setup/kubernetes/node-image.ts';
import type { EngineHandle } from '../../sandbox-server/setup/types.ts';
import { note, ok, type Finding } from './finding.ts';

/** What nodes of clusters are made of, and where it came from. Labs without a cluster need none. */
export async function kubernetesCheck(engine: EngineHandle, imagesDir: string): Promise<Finding> {
  const name = 'node image';
  const image = await findNodeImage({ engine, imagesDir });
  if (image === undefined)
    return note(name, 'None on the engine, so there can be no Kubernetes cluster.', 'npm run images -- kubernetes');
  const origin =
    image.from === 'registry' ? 'kindest/node, from a registry' : 'built here from Go modules and Debian’s packages';
  return ok(name, `${image.tag}: Kubernetes ${image.version}; ${origin}`);
}
