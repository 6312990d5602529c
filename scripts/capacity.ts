import { join } from 'node:path';
import type Docker from 'dockerode';
import { DockerBackend } from '../sandbox-server/backend/docker/docker-backend.ts';
import { temporaryOwner } from '../sandbox-server/backend/docker/temporary-owner.ts';
import { systemClock } from '../sandbox-server/clock.ts';
import { type LabLesson, loadLab, loadLessons } from '../sandbox-server/lab/lessons.ts';
import type { ImageSet, Progress } from '../sandbox-server/setup/types.ts';
import { followPage } from '../sandbox-server/verify/follow-page.ts';
import { LabRun } from '../sandbox-server/verify/lab-run.ts';
import { wholePage } from '../sandbox-server/verify/plan.ts';
import { selectLessons, UnknownSelection } from '../sandbox-server/verify/select.ts';
import { usageOf } from './capacity/footprint.ts';
import { type Report, report, tell } from './capacity/report.ts';
import { onEngine } from './on-engine.ts';
import { amount, options, ROOT } from './options.ts';

const given = options({
  learners: { type: 'string' },
  lesson: { type: 'string' },
  json: { type: 'boolean' },
  data: { type: 'string' },
  yes: { type: 'boolean', short: 'y' },
});
const learners = amount('--learners', given.learners, { least: 1 }) ?? 30;
const interrupted = new AbortController();
for (const end of ['SIGINT', 'SIGTERM', 'SIGHUP', 'disconnect'] as const)
  process.on(end, () => interrupted.abort(new Error('interrupted')));

try {
  process.exitCode = await main();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = error instanceof UnknownSelection ? 2 : 1;
}
process.removeAllListeners('disconnect');
if (process.connected) process.disconnect?.();

async function main(): Promise<number> {
  const lesson = await chosenLesson(given.lesson);
  const out = given.json === true ? process.stderr : process.stdout;
  return await onEngine({ data: given.data, yes: given.yes === true, out }, async (on) => {
    const result = await measure(on, lesson);
    console.log(given.json === true ? JSON.stringify(result) : tell(result));
    return result.fits ? 0 : 1;
  });
}

/** The one that was asked for, or the one with the most to type. */
async function chosenLesson(name: string | undefined): Promise<LabLesson> {
  const all = (await loadLessons(join(ROOT, 'content'), () => undefined)).filter(
    ({ labFile }) => labFile !== undefined,
  );
  const [lesson] = selectLessons(all, name === undefined ? [] : [name]).sort(
    (a, b) => b.page.runBlocks.length - a.page.runBlocks.length,
  );
  if (lesson === undefined) throw new Error('There is no lesson with a lab to measure with.');
  return loadLab(lesson);
}

/** Works through the lesson in a sandbox of its own, and removes it. */
async function measure(
  { docker, images, progress }: { docker: Docker; images: ImageSet; progress: Progress },
  lesson: LabLesson,
): Promise<Report> {
  const owner = temporaryOwner();
  const backend = new DockerBackend({ docker, owner, images });
  const { signal } = interrupted;
  try {
    await backend.prepare();
    const room = await backend.room();
    let done = progress.step('start a sandbox');
    await using run = await LabRun.start({ backend, clock: systemClock, lesson, signal, onBroken: () => undefined });
    done();
    const idle = await usageOf(docker, backend, owner, run.sandbox, room);
    done = progress.step(`work through ${lesson.id} in it`);
    await followPage(run, wholePage(lesson.page), { root: ROOT, lesson });
    done();
    const worked = await usageOf(docker, backend, owner, run.sandbox, room);
    const { minutes } = lesson.page.frontMatter;
    return report({ learners, lesson: lesson.id, minutes, host: room, idle, worked });
  } finally {
    await backend.destroyAll();
  }
}
