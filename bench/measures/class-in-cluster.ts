import { setTimeout as sleep } from 'node:timers/promises';
import { PRIVILEGED_RUNTIME } from '../../sandbox-server/backend/docker/tier.ts';
import { KindClusters } from '../../sandbox-server/cluster/kind/kind-clusters.ts';
import { KubernetesApi } from '../../sandbox-server/cluster/kubernetes-api.ts';
import { namespaceOf } from '../../sandbox-server/cluster/sessions/learner-namespace.ts';
import { SHARED_CLUSTER } from '../../sandbox-server/cluster/shared/shared-cluster.ts';
import { type EventsSocket, Learner } from '../../test/support/learner.ts';
import type { Bed, BenchServer } from '../bed.ts';
import { type Line, ourLine, runs } from '../line.ts';
import { atMost, type Measure, recorded, type Result } from '../measure.ts';
import { percentile } from '../statistics.ts';

const LESSON = 'bench/basics/shared';
const LABS = 30;
const TICKS = 20;
const ASKS = 200;
/** Of a cluster, and of thirty labs that start at once. */
const PATIENCE_MS = 600_000;
const DEPLOYMENT = 'kubectl create deployment web --image=busybox:1.37 -- sleep 3600';

interface Pupil {
  namespace: string;
  events: EventsSocket;
  line: Line;
}

export const classInCluster: Measure = {
  name: 'class',
  about:
    'thirty labs in one shared cluster, each with a Deployment: memory, the API’s latency, and how soon a task is ticked',
  run: async (bed) => {
    await using server = await bed.server({ cluster: bed.needCluster() });
    const clusters = clustersOf(bed, server);
    const first = await pupil(server);
    bed.note(`the first of ${LABS} labs is there`);
    const begun = performance.now();
    const pupils = [first, ...(await Promise.all(Array.from({ length: LABS - 1 }, () => pupil(server))))];
    await Promise.all(
      pupils.map(async ({ events, line }) => {
        await runs(line, DEPLOYMENT);
        await events.taskIs('scale', 'done', PATIENCE_MS);
      }),
    );
    bed.note('each has its Deployment');
    const all = recorded(`${LABS} labs, each with a running Deployment`, 's', (performance.now() - begun) / 1000);
    using api = new KubernetesApi(await clusters.access(SHARED_CLUSTER));
    const results = [
      all,
      recorded('its nodes, memory without page cache', 'MiB', await memoryOf(bed, server)),
      recorded('its API, the pods of a namespace, p95', 'ms', percentile(await latencies(api, pupils), 0.95)),
      await ticks(api, first),
    ];
    for (const { events, line } of pupils) {
      line.close();
      events.close();
    }
    return results;
  },
};

/** The server's clusters, as this process sees them. */
function clustersOf(bed: Bed, { data }: BenchServer): KindClusters {
  const { image, program } = bed.needCluster();
  return new KindClusters({
    ...{ docker: bed.docker, owner: data.owner, image, program, runtime: PRIVILEGED_RUNTIME },
    availableMemory: () => Promise.resolve(Number.MAX_SAFE_INTEGER),
  });
}

async function pupil(server: BenchServer): Promise<Pupil> {
  const learner = new Learner(server.process.url);
  const { id } = await learner.start(LESSON);
  const events = await learner.events(id);
  await events.until('the lab is ready', () => ['ready', 'failed'].includes(events.session?.state), PATIENCE_MS);
  if (events.session.state === 'failed') throw new Error(`no lab: ${JSON.stringify(events.session.problem)}`);
  const line = await ourLine(learner, id, events.session.terminals[0]!.id);
  return { namespace: await namespaceIn(line), events, line };
}

/** What kubectl says that its namespace is. */
async function namespaceIn(line: Line): Promise<string> {
  let seen = '';
  const { promise, resolve } = Promise.withResolvers<string>();
  line.onBytes((chunk) => {
    seen += chunk.toString();
    const found = new RegExp(`=(${namespaceOf('')}[a-z0-9]+)=`).exec(seen);
    if (found) resolve(found[1]!);
  });
  line.write(`echo "=$(kubectl config view --minify -o jsonpath='{..namespace}')="\r`);
  return await promise;
}

async function memoryOf(bed: Bed, { data }: BenchServer): Promise<number> {
  const nodes = await bed.docker.listContainers({ filters: { label: [`drydock.cluster-owner=${data.owner}`] } });
  const bytes = await Promise.all(
    nodes.map(async ({ Id }) => {
      const { memory_stats: memory } = await bed.docker.getContainer(Id).stats({ stream: false });
      // cgroup v1 says total_inactive_file and total_active_file, v2 inactive_file and active_file.
      const stats = memory.stats as Record<string, number>;
      const cache = ['inactive_file', 'active_file'].map((name) => stats[`total_${name}`] ?? stats[name] ?? 0);
      return memory.usage - cache.reduce((sum, part) => sum + part, 0);
    }),
  );
  return bytes.reduce((sum, part) => sum + part, 0) / 1024 ** 2;
}

async function latencies(api: KubernetesApi, pupils: readonly Pupil[]): Promise<number[]> {
  const took: number[] = [];
  for (let turn = 0; turn < ASKS; turn++) {
    const begun = performance.now();
    await api.get(`/api/v1/namespaces/${pupils[turn % pupils.length]!.namespace}/pods`);
    took.push(performance.now() - begun);
  }
  return took;
}

/** From when the API server says so until the page does. */
async function ticks(api: KubernetesApi, { namespace, events, line }: Pupil): Promise<Result> {
  const took: number[] = [];
  for (let turn = 0; turn < TICKS; turn++) {
    await runs(line, 'kubectl scale deployment web --replicas=0');
    await events.until('the task lapses', () => events.task('scale')?.state !== 'done', PATIENCE_MS);
    line.write('kubectl scale deployment web --replicas=1\r');
    let told: number | undefined;
    const ticked = events.taskIs('scale', 'done', PATIENCE_MS).then(() => performance.now());
    while (told === undefined) {
      const asked = performance.now();
      const { status } = (await api.get(`/apis/apps/v1/namespaces/${namespace}/deployments/web`)) as {
        status: { availableReplicas?: number };
      };
      if (status.availableReplicas === 1) told = asked;
      else await sleep(5);
    }
    took.push(Math.max(0, (await ticked) - told));
  }
  return atMost('cluster state true to tick, p95', 'ms', percentile(took, 0.95), 500);
}
