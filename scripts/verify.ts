import { freemem, cpus } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import Docker from 'dockerode';
import { DockerBackend } from '../sandbox-server/backend/docker/docker-backend.ts';
import { sweepTemporaryOwners, temporaryOwner } from '../sandbox-server/backend/docker/temporary-owner.ts';
import { systemClock } from '../sandbox-server/clock.ts';
import { loadLab, loadLessons } from '../sandbox-server/lab/lessons.ts';
import { formatProblem, validateContent } from '../sandbox-server/lab/validate.ts';
import { ensureEngine } from '../sandbox-server/setup/engine.ts';
import { ensureImages } from '../sandbox-server/setup/images.ts';
import { lineProgress } from '../sandbox-server/setup/progress.ts';
import { defaultJobs } from '../sandbox-server/verify/jobs.ts';
import { Pool } from '../sandbox-server/grader/pool.ts';
import { Reporter } from '../sandbox-server/verify/reporter.ts';
import { selectLessons, UnknownSelection } from '../sandbox-server/verify/select.ts';
import { emptyTally } from '../sandbox-server/verify/tally.ts';
import { verifyLesson } from '../sandbox-server/verify/verify-lesson.ts';
import { consent, dataFolder, host, ROOT } from './options.ts';

const HELP = `npm run verify -- [module or lesson…] [options]

Solves every lab as a learner would: in a fresh sandbox every check says "not yet", then everything that the page tells
to type is typed into a terminal and each task becomes done, and every near miss is turned down for the stated reason.

  images            all lessons of a module
  images/3          a lesson by its number, or by its name: layers-and-the-cache

  --json            the last line is the result as JSON
  --repeat <n>      do all of it so many times, to find what fails only sometimes
  --jobs <n>        so many sandboxes at once; default from cores and memory
  --data <folder>   as for npm start
  --yes             install what is missing (a container engine) without asking
  --help            this text`;

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      json: { type: 'boolean', default: false },
      repeat: { type: 'string', default: '1' },
      jobs: { type: 'string', default: String(defaultJobs(cpus().length, freemem())) },
      data: { type: 'string' },
      yes: { type: 'boolean', short: 'y', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) {
    console.log(HELP);
    return 0;
  }
  const [repeat, jobs] = [wholeNumber('--repeat', values.repeat), wholeNumber('--jobs', values.jobs)];
  const reporter = new Reporter(process.stdout);

  const contentDir = join(ROOT, 'content');
  const all = await loadLessons(contentDir, () => undefined);
  const chosen = selectLessons(
    all.filter(({ labFile }) => labFile !== undefined),
    positionals,
  );
  const isChosen = (file: string) =>
    positionals.length === 0 || chosen.some(({ folder }) => join(contentDir, file).startsWith(`${folder}/`));
  const problems = (await validateContent(contentDir)).filter(({ file }) => isChosen(file));
  for (const problem of problems) reporter.note(`✗ content/${formatProblem(problem)}`);
  if (problems.length > 0) return 1;
  const lessons = await Promise.all(chosen.map(loadLab));

  const interrupted = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      if (interrupted.signal.aborted) process.exit(130);
      reporter.note('Interrupted: removing the sandboxes. Once more ends at once.');
      interrupted.abort(new Error('interrupted'));
    });
  }
  const dataDir = dataFolder(values.data);
  const progress = lineProgress(process.stdout);
  const { engine, problem } = await ensureEngine({ host, dataDir, progress, confirm: consent(values.yes) });
  if (engine === null) {
    console.error(`${problem.what}\n${problem.fix}`);
    return 1;
  }
  let ok = true;
  const tally = emptyTally();
  const start = performance.now();
  try {
    const images = await ensureImages({ engine, imagesDir: join(ROOT, 'images'), dataDir, host, progress });
    const docker = new Docker(engine.dockerodeOptions);
    await sweepTemporaryOwners(docker);
    const backend = new DockerBackend({ docker, owner: temporaryOwner(), images });
    const pool = new Pool(jobs);
    try {
      await backend.prepare();
      reporter.note(`${lessons.length} lessons, ${jobs} sandboxes at once, ${engine.description}`);
      for (let round = 1; round <= repeat && !interrupted.signal.aborted; round++) {
        if (repeat > 1) reporter.note(`Round ${round} of ${repeat}`);
        const results = lessons.map(async (lesson) => {
          const began = performance.now();
          const good = await verifyLesson(lesson, {
            root: ROOT,
            backend,
            clock: systemClock,
            pool,
            tally,
            signal: interrupted.signal,
            onFailure: (failure) => reporter.failure(failure),
            onProgress: (id, what) => reporter.progress(id, what),
          });
          if (!interrupted.signal.aborted) reporter.lessonDone(lesson.id, good, (performance.now() - began) / 1000);
          ok &&= good;
        });
        await Promise.all(results);
      }
    } finally {
      await backend.destroyAll();
    }
  } finally {
    await engine.release();
  }
  tally.seconds = Math.round((performance.now() - start) / 100) / 10;
  reporter.summary(tally);
  if (values.json) console.log(JSON.stringify(tally));
  if (interrupted.signal.aborted) return 130;
  return ok ? 0 : 1;
}

function wholeNumber(name: string, text: string): number {
  const number = Number(text);
  if (Number.isInteger(number) && number >= 1) return number;
  throw new UnknownSelection(`${name} takes a whole number from 1, not “${text}”.`);
}

try {
  process.exitCode = await main();
} catch (error) {
  const isMistake = error instanceof UnknownSelection || (error instanceof TypeError && 'code' in error);
  console.error(isMistake ? `${error.message}\nnpm run verify -- --help lists what can be said.` : error);
  process.exitCode = isMistake ? 2 : 1;
}
process.disconnect?.();
