import { existsSync } from 'node:fs';
import { availableParallelism, freemem } from 'node:os';
import { join } from 'node:path';
import type Docker from 'dockerode';
import { pino } from 'pino';
import type { Upstreams } from '../sandbox-server/backend/docker/cache.ts';
import { DockerBackend, type DockerBackendOptions } from '../sandbox-server/backend/docker/docker-backend.ts';
import { temporaryOwner } from '../sandbox-server/backend/docker/temporary-owner.ts';
import { systemClock } from '../sandbox-server/clock.ts';
import { CATALOGUE } from '../sandbox-server/errors.ts';
import { Pool } from '../sandbox-server/grader/pool.ts';
import { type LabLesson, loadLab, loadLessons } from '../sandbox-server/lab/lessons.ts';
import { findLessons } from '../sandbox-server/lab/lesson-folders.ts';
import { formatProblem, validateContent } from '../sandbox-server/lab/validate.ts';
import { type ClusterMaterials, findClusterMaterials } from '../sandbox-server/setup/kubernetes/cluster-materials.ts';
import { findUpstreams } from '../sandbox-server/setup/upstreams.ts';
import { type CommandLine, CommandLineError, HELP, readCommandLine } from '../sandbox-server/verify/command-line.ts';
import { defaultJobs } from '../sandbox-server/verify/jobs.ts';
import { mustVerify, needsCluster, ofClusters, whyLeftOut } from '../sandbox-server/verify/lessons-in-clusters.ts';
import { longestFirst } from '../sandbox-server/verify/longest-first.ts';
import { Reporter } from '../sandbox-server/verify/reporter.ts';
import { CopyRoom } from '../sandbox-server/verify/save-points.ts';
import { selectLessons, UnknownSelection } from '../sandbox-server/verify/select.ts';
import { emptyTally } from '../sandbox-server/verify/tally.ts';
import { verifyLesson } from '../sandbox-server/verify/verify-lesson.ts';
import { WithClusters } from '../sandbox-server/with-clusters.ts';
import { onEngine } from './on-engine.ts';
import { dataFolder, host, ROOT } from './options.ts';
import { watchAndVerify } from './verify/watch.ts';

const CONTENT = join(ROOT, 'content');
/** Some hundred MB each; more wait for their turn only when mistakes are made more slowly than pages are followed. */
const MAX_COPIES = 16;
/** Two, so that the others are never without work while one lesson's page is followed. */
const PAGES_AT_ONCE = 2;
/** Of a lab's own: three nodes each, which keep a small machine busy when they do nothing. */
const CLUSTERS_AT_ONCE = 2;
const reporter = new Reporter(process.stdout);
const interrupted = new AbortController();
/** `disconnect`: the npm that started this was killed. */
const ENDS = ['SIGINT', 'SIGTERM', 'SIGHUP', 'disconnect'] as const;

async function main(line: CommandLine): Promise<number> {
  const chosen = await chosenLessons(line.words);
  if (chosen === undefined) return 1;
  const lessons = ofClusters(chosen, line.clusters);
  for (const end of ENDS) process.on(end, interrupt);
  return await onEngine(line, async ({ engine, docker, images, progress }) => {
    const making = { engine, imagesDir: join(ROOT, 'images'), dataDir: dataFolder(line.data), host, progress };
    const inCluster = lessons.filter(needsCluster);
    const cluster = inCluster.length > 0 ? await findClusterMaterials(making) : undefined;
    const leftOut = cluster === undefined ? inCluster : [];
    if (leftOut.length > 0 && mustVerify(line, host.env['CI'] === 'true')) {
      const { message, fix } = CATALOGUE['cluster-image-missing'];
      reporter.note(`✗ ${message} ${fix}`);
      return 1;
    }
    if (leftOut.length > 0) reporter.note(whyLeftOut(leftOut));
    const { description } = engine;
    return await verifyAll(
      lessons.filter((lesson) => !leftOut.includes(lesson)),
      line,
      { docker, images, upstreams: await findUpstreams(host), description, cluster, leftOut: leftOut.length },
    );
  });
}

/** The lessons that were asked for, with their labs; undefined when one of them has a fault, which is told. */
async function chosenLessons(words: readonly string[]): Promise<LabLesson[] | undefined> {
  // By their folders: a lesson whose page cannot be read is there, too.
  const folders = (await findLessons(CONTENT, () => undefined)).filter(({ folder }) =>
    existsSync(join(folder, 'lab.ts')),
  );
  const chosen = selectLessons(folders, words).map(({ folder }) => folder);
  const isChosen = (file: string) =>
    words.length === 0 || chosen.some((folder) => join(CONTENT, file).startsWith(`${folder}/`));
  const problems = (await validateContent(CONTENT)).filter(({ file }) => isChosen(file));
  for (const problem of problems) reporter.note(`✗ content/${formatProblem(problem)}`);
  if (problems.length > 0) return undefined;
  const lessons = await loadLessons(CONTENT, () => undefined);
  return await Promise.all(lessons.filter(({ folder }) => chosen.includes(folder)).map(loadLab));
}

async function verifyAll(
  lessons: readonly LabLesson[],
  line: CommandLine,
  on: {
    docker: Docker;
    images: DockerBackendOptions['images'];
    upstreams: Upstreams;
    description: string;
    cluster: ClusterMaterials | undefined;
    leftOut: number;
  },
): Promise<number> {
  const { docker, images, upstreams, description } = on;
  const owner = temporaryOwner();
  const nodeImage = on.cluster?.image.tag;
  const machines = new DockerBackend({ docker, owner, images, upstreams, ...(nodeImage && { nodeImage }) });
  const inClusters =
    on.cluster &&
    new WithClusters({
      ...{ reuse: true, atMost: CLUSTERS_AT_ONCE },
      docker,
      owner,
      machines,
      materials: on.cluster,
      log: pino({ base: null, level: 'warn' }, pino.destination(2)),
    });
  const backend = inClusters?.backend ?? machines;
  const jobs = line.jobs ?? defaultJobs(availableParallelism(), freemem());
  const pools = { pool: new Pool(jobs), pages: new Pool(PAGES_AT_ONCE) };
  // What waits for one of few clusters is not to hold the others up.
  const ofOwnClusters = { pool: new Pool(CLUSTERS_AT_ONCE), pages: new Pool(CLUSTERS_AT_ONCE) };
  const copies = line.snapshots ? new CopyRoom(MAX_COPIES) : undefined;
  const tally = { ...emptyTally(), leftOut: on.leftOut };
  const { signal } = interrupted;
  const start = performance.now();
  let ok = true;

  const verifyOne = async (lesson: LabLesson) => {
    const began = performance.now();
    const good = await verifyLesson(lesson, {
      root: ROOT,
      backend,
      clusters: inClusters?.backend,
      clock: systemClock,
      ...(lesson.lab.sandbox.cluster === 'dedicated' ? ofOwnClusters : pools),
      pagesOnly: line.pagesOnly,
      copies,
      tally,
      signal,
      onFailure: (failure) => reporter.failure(failure),
      onPageDone: (id, seconds, more) => {
        if (!signal.aborted) reporter.pageDone(id, seconds, more);
      },
      onNotUndone: (id, job, why) => reporter.notUndone(id, job, why),
      onSpoilt: (id, before, job, why) => reporter.spoilt(id, before, job, why),
      onProgress: (id, what) => reporter.progress(id, what),
    });
    ok &&= good;
    if (!signal.aborted) reporter.lessonDone(lesson.id, good, (performance.now() - began) / 1000);
  };

  try {
    await machines.prepare();
    if (lessons.some(({ lab }) => lab.sandbox.cluster === 'shared')) {
      reporter.note('Making a Kubernetes cluster');
      await inClusters?.shared.running({ signal });
    }
    reporter.note(`${lessons.length} lessons, ${jobs} sandboxes at once, ${description}`);
    for (let round = 1; round <= line.repeat && !signal.aborted; round++) {
      if (line.repeat > 1) reporter.note(`Round ${round} of ${line.repeat}`);
      await Promise.all(longestFirst(lessons).map(verifyOne));
    }
  } finally {
    await inClusters?.remove();
    await machines.destroyAll();
  }
  tally.seconds = Math.round((performance.now() - start) / 100) / 10;
  if (!signal.aborted) reporter.summary(tally);
  if (line.json) console.log(JSON.stringify(tally));
  if (signal.aborted) return 130;
  return ok ? 0 : 1;
}

function interrupt(): void {
  if (interrupted.signal.aborted) process.exit(130);
  reporter.note('Interrupted: removing the sandboxes. Once more ends at once.');
  interrupted.abort(new Error('interrupted'));
}

try {
  const line = readCommandLine(process.argv.slice(2));
  if (line.help) console.log(HELP);
  else if (line.watch) process.exitCode = await watchAndVerify(line, import.meta.filename, process.argv.slice(2));
  else process.exitCode = await main(line);
} catch (error) {
  const isMistake = error instanceof UnknownSelection || error instanceof CommandLineError;
  console.error(isMistake ? `${error.message}\n\nnpm run verify -- --help tells what can be said.` : error);
  process.exitCode = isMistake ? 2 : 1;
}
process.off('disconnect', interrupt);
if (process.connected) process.disconnect?.();
