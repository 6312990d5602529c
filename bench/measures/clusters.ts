import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { PRIVILEGED_RUNTIME } from '../../sandbox-server/backend/docker/tier.ts';
import { kindConfiguration } from '../../sandbox-server/cluster/kind/configuration.ts';
import { FINISHED } from '../../sandbox-server/cluster/kind/kind-clusters.ts';
import { CLUSTER_LABEL, clusterFilters } from '../../sandbox-server/cluster/kind/labels.ts';
import { runKind } from '../../sandbox-server/cluster/kind/run-kind.ts';
import { runtimeOptions } from '../../sandbox-server/cluster/kind/runtime-options.ts';
import { SHARED_CLUSTER } from '../../sandbox-server/cluster/shared/shared-cluster.ts';
import type { SessionView } from '../../sandbox-server/protocol/views.ts';
import { type EventsSocket, Learner } from '../../test/support/learner.ts';
import type { Bed, BenchServer } from '../bed.ts';
import { ourLine, printed } from '../line.ts';
import { atMost, beside, type Measure } from '../measure.ts';
import { median, percentile } from '../statistics.ts';

const SHARED = 'bench/basics/shared';
const DEDICATED = 'bench/basics/dedicated';
/** As bench/content's lesson asks for. */
const NODES = 2;
const SHARED_CLICKS = 20;
const WARM_CLICKS = 5;
const COLD_TURNS = 3;
/** The pool has made the next sandbox and its cluster by then, on a machine that does nothing else. */
const MADE_MS = 240_000;
/** Of a sandbox, once there is the cluster for it. */
const SANDBOX_MS = 6_000;

export const clusters: readonly Measure[] = [
  {
    name: 'shared-cluster',
    about: 'from the click on “Start” to a kubectl that answers, in a shared cluster',
    run: async (bed) => [await shared(bed)],
  },
  {
    name: 'warm-cluster',
    about: 'the same, in a cluster of its own that is there',
    run: async (bed) => [await warm(bed)],
  },
  {
    name: 'cold-cluster',
    about: 'the same, in a cluster of its own that is made for it, beside kind itself',
    run: async (bed) => [await cold(bed)],
  },
];

async function shared(bed: Bed) {
  await using server = await bed.server({ cluster: bed.needCluster() });
  const took: number[] = [];
  // The first one waits for the cluster.
  await clickToKubectl(server, SHARED);
  for (let turn = 0; turn < SHARED_CLICKS; turn++) {
    await bed.settle();
    if (turn % 5 === 0) bed.note(`${SHARED_CLICKS - turn} clicks to go in a shared cluster`);
    took.push(await clickToKubectl(server, SHARED));
  }
  return atMost('click to kubectl, shared cluster, p95', 'ms', percentile(took, 0.95), 2_000);
}

async function warm(bed: Bed) {
  await using server = await bed.server({ cluster: bed.needCluster(), pool: { total: 1, perKind: 1 } });
  await shareMade(bed, server);
  const took: number[] = [];
  for (let turn = 0; turn < WARM_CLICKS; turn++) {
    bed.note(`${WARM_CLICKS - turn} clicks to go on a warm cluster`);
    // A page that is opened lets the pool make what its lab needs.
    const reader = new Learner(server.process.url);
    await reader.request('GET', '/api/me');
    const { status } = await reader.request('PUT', '/api/progress/visit', { lesson: DEDICATED });
    if (status !== 204) throw new Error(`a visit was answered with ${status}`);
    await warmed(bed, server);
    took.push(await clickToKubectl(server, DEDICATED));
  }
  return atMost('click to kubectl, cluster of its own, warm, p95', 'ms', percentile(took, 0.95), 3_000);
}

async function cold(bed: Bed) {
  await using server = await bed.server({ cluster: bed.needCluster() });
  await shareMade(bed, server);
  const ours: number[] = [];
  const kind: number[] = [];
  for (let turn = 0; turn < COLD_TURNS; turn++) {
    bed.note(`${COLD_TURNS - turn} clusters to go, and as many of kind’s`);
    await bed.settle();
    ours.push(await clickToKubectl(server, DEDICATED));
    await gone(bed, server);
    await bed.settle();
    kind.push(await kindAlone(bed));
  }
  return beside('click to kubectl, cluster of its own, none ready', 'ms', median(ours), median(kind), { atMost: 1.15 });
}

/** A new learner starts the lesson, and leaves when kubectl has answered; how many milliseconds that took. */
async function clickToKubectl(server: BenchServer, lesson: string): Promise<number> {
  const learner = new Learner(server.process.url);
  await learner.request('GET', '/api/me');
  const begun = performance.now();
  const { id } = await learner.start(lesson);
  const events = await learner.events(id);
  const { terminals } = await ready(events);
  const line = await ourLine(learner, id, terminals[0]!.id);
  const answered = printed(line, 'No resources found in lab-', MADE_MS);
  line.write('kubectl get pods\r');
  await answered;
  const took = performance.now() - begun;
  line.close();
  events.close();
  await learner.request('DELETE', `/api/sessions/${id}`);
  return took;
}

async function ready(events: EventsSocket): Promise<SessionView> {
  await events.until('the lab is ready', () => ['ready', 'failed'].includes(events.session?.state), MADE_MS);
  if (events.session.state === 'failed') throw new Error(`no lab: ${JSON.stringify(events.session.problem)}`);
  return events.session;
}

/** The engine alone with kind: a cluster with the configuration of ours, until its nodes are Ready. */
async function kindAlone(bed: Bed): Promise<number> {
  const { image, program } = bed.needCluster();
  const name = `drydock-bench-${randomBytes(3).toString('hex')}`;
  const folder = await mkdtemp(join(tmpdir(), 'drydock-bench-'));
  const kubeconfig = ['--name', name, '--kubeconfig', join(folder, 'kubeconfig')];
  // As ours do: on some machines it is the only one that makes privileged containers.
  const nodeOptions = await runtimeOptions(bed.docker, PRIVILEGED_RUNTIME);
  const plain = { input: kindConfiguration({ id: 'bench', nodes: NODES }, image), network: 'kind', nodeOptions };
  try {
    const begun = performance.now();
    const create = ['create', 'cluster', '--config', '-', '--wait', '5m', '--image', image.tag];
    await runKind(program, { ...plain, args: [...create, ...kubeconfig] });
    return performance.now() - begun;
  } finally {
    await runKind(program, { ...plain, input: '', args: ['delete', 'cluster', ...kubeconfig] });
    await rm(folder, { recursive: true, force: true });
  }
}

const nodesOf = async (bed: Bed, server: BenchServer) =>
  await bed.docker.listContainers({ all: true, filters: clusterFilters(server.data.owner) });

/** Of clusters that single labs have. */
const ownNodesOf = async (bed: Bed, server: BenchServer) =>
  (await nodesOf(bed, server)).filter(({ Labels }) => Labels[CLUSTER_LABEL.cluster] !== SHARED_CLUSTER);

/** Every server makes the shared cluster when it starts; what is measured is not to wait for that. */
async function shareMade(bed: Bed, server: BenchServer): Promise<void> {
  await finished(bed, async () => await nodesOf(bed, server), 'the server made no shared cluster');
}

/** Resolves when the pool has made a cluster, and the sandbox for it. */
async function warmed(bed: Bed, server: BenchServer): Promise<void> {
  await finished(bed, async () => await ownNodesOf(bed, server), 'the pool made no cluster');
  await sleep(SANDBOX_MS);
}

async function finished(bed: Bed, nodesNow: () => Promise<{ Id: string }[]>, failure: string): Promise<void> {
  const deadline = performance.now() + MADE_MS;
  const isFinished = ({ Id }: { Id: string }) =>
    bed.docker
      .getContainer(Id)
      .infoArchive({ path: FINISHED })
      .then(
        () => true,
        () => false,
      );
  for (;;) {
    if ((await Promise.all((await nodesNow()).map(isFinished))).some(Boolean)) return;
    if (performance.now() > deadline) throw new Error(failure);
    await sleep(500);
  }
}

async function gone(bed: Bed, server: BenchServer): Promise<void> {
  while ((await ownNodesOf(bed, server)).length > 0) await sleep(200);
}
