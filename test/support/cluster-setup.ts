import { join } from 'node:path';
import Docker from 'dockerode';
import type { TestProject } from 'vitest/node';
import { sweepClusters } from '../../sandbox-server/cluster/kind/sweep-clusters.ts';
import { ensureEngine } from '../../sandbox-server/setup/engine.ts';
import { needDockerClient } from '../../sandbox-server/setup/kubernetes/docker-client.ts';
import { ensureKind } from '../../sandbox-server/setup/kubernetes/kind-binary.ts';
import { findNodeImage, goProgramsOptions, type NodeImage } from '../../sandbox-server/setup/kubernetes/node-image.ts';
import { lineProgress } from '../../sandbox-server/setup/progress.ts';
import { dataFolder, host, ROOT } from '../../scripts/options.ts';

declare module 'vitest' {
  interface ProvidedContext {
    nodeImage: NodeImage;
    /** The program. */
    kind: string;
    dockerClient: string;
    /** Where the engine's socket is, for the docker client. */
    dockerHost: string;
  }
}

/** Gives the tests what clusters are made of, and removes clusters that killed runs left. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const dataDir = dataFolder(undefined);
  const progress = lineProgress(process.stdout);
  const found = await ensureEngine({ host, dataDir, progress, confirm: () => Promise.resolve(false) });
  if (found.engine === null)
    throw new Error(`These tests need a container engine. ${found.problem.what} ${found.problem.fix}`);
  const { engine } = found;
  const making = { engine, imagesDir: join(ROOT, 'images'), dataDir, host, progress };
  const nodeImage = await findNodeImage(making);
  if (nodeImage === undefined) throw new Error('These tests need the node image: npm run images -- kubernetes');
  const kind = await ensureKind(await goProgramsOptions(making));
  await sweepClusters(new Docker(engine.dockerodeOptions));
  project.provide('dockerClient', await needDockerClient(host));
  project.provide('nodeImage', nodeImage);
  project.provide('kind', kind.path);
  project.provide('dockerHost', `unix://${engine.socketPath}`);
  return () => engine.release();
}
