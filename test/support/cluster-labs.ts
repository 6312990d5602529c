import type Docker from 'dockerode';
import { inject } from 'vitest';
import { CLUSTER_LABEL, clusterFilters } from '../../sandbox-server/cluster/kind/labels.ts';
import { SHARED_CLUSTER } from '../../sandbox-server/cluster/shared/shared-cluster.ts';
import { host } from '../../scripts/options.ts';
import { type EventsSocket, Learner } from './learner.ts';
import { ServerProcess } from './server-process.ts';
import type { DataFolder } from './test-server.ts';

/** A cluster that nobody has made yet takes so long on a busy machine. */
export const MADE_MS = 300_000;
/** Pods start and end in seconds, on a busy machine in tens of them. */
export const POD_MS = 90_000;

/** A server of a machine with the node image. */
export async function startWithClusters(data: DataFolder, more: object = {}): Promise<ServerProcess> {
  const program = {
    kind: inject('kind'),
    docker: inject('dockerClient'),
    env: { ...host.env, DOCKER_HOST: inject('dockerHost') },
  };
  return await ServerProcess.start(data, { cluster: { image: inject('nodeImage'), program }, ...more });
}

/** Nodes of its clusters, container ids: of all, or of those that are not shared. */
export async function nodesOf(
  docker: Docker,
  { owner }: DataFolder,
  { dedicated = false }: { dedicated?: boolean } = {},
): Promise<string[]> {
  const nodes = await docker.listContainers({ all: true, filters: clusterFilters(owner) });
  return nodes
    .filter(({ Labels }) => !dedicated || Labels[CLUSTER_LABEL.cluster] !== SHARED_CLUSTER)
    .map(({ Id }) => Id);
}

/** A lab of the lesson, once it is ready. */
export async function labOf(server: ServerProcess, lesson: string) {
  const learner = new Learner(server.url);
  const { id } = await learner.start(lesson);
  const events = await learner.events(id);
  await events.until('the lab is ready', () => events.session?.state === 'ready' || failed(events), MADE_MS);
  const terminal = await learner.terminal(id, events.session.terminals[0]!.id);
  return { learner, id, events, terminal };
}

function failed({ session }: EventsSocket): false {
  if (session?.state === 'failed') throw new Error(`failed: ${JSON.stringify(session.problem)}`);
  return false;
}
