import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { SetupError } from '../setup-error.ts';
import { KIND } from './components.ts';
import { needDockerClient } from './docker-client.ts';
import { goProgramsFolder } from './go-programs.ts';
import { hostKind } from './kind-binary.ts';
import { findNodeImage, goProgramsOptions, type NodeImage, type NodeImageOptions } from './node-image.ts';

/** What clusters are made of and with. */
export interface ClusterMaterials {
  image: NodeImage;
  program: { kind: string; docker: string; env: Readonly<Record<string, string | undefined>> };
}

/** What is there of it. Undefined when something is missing; makes nothing, and takes a moment. */
export async function findClusterMaterials(
  options: Omit<NodeImageOptions, 'base'>,
): Promise<ClusterMaterials | undefined> {
  const { engine, host } = options;
  const image = await findNodeImage(options);
  if (image === undefined) return undefined;
  const built = join(await goProgramsFolder(KIND, await goProgramsOptions(options)), 'kind');
  const kind = (await hostKind(host))?.path ?? (existsSync(built) ? built : undefined);
  const docker = await needDockerClient(host).catch((error: unknown) => {
    if (error instanceof SetupError) return undefined;
    throw error;
  });
  if (kind === undefined || docker === undefined) return undefined;
  const { socketPath } = engine;
  const env = socketPath === undefined ? host.env : { ...host.env, DOCKER_HOST: `unix://${socketPath}` };
  return { image, program: { kind, docker, env } };
}
