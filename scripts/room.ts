import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { DockerBackend } from '../sandbox-server/backend/docker/docker-backend.ts';
import { temporaryOwner } from '../sandbox-server/backend/docker/temporary-owner.ts';
import { systemClock } from '../sandbox-server/clock.ts';
import { loadLab, loadLessons } from '../sandbox-server/lab/lessons.ts';
import { LabRun } from '../sandbox-server/verify/lab-run.ts';
import { selectLessons } from '../sandbox-server/verify/select.ts';
import { type OnEngine, onEngine } from './on-engine.ts';
import { ROOT } from './options.ts';
import { egressCounter } from './room/egress-counter.ts';
import { roomReport, type Seat } from './room/report.ts';

const HELP = `npm run test:room -- [lesson] [options]

A room of learners starts the same lesson at once, each in a sandbox; each reaches a prompt and pulls an image from the
course mirror. The only container with a way out counts what it sends: nothing may leave the machine.

  images/1            the lesson; default images/1
  --sessions <n>      learners; default 5
  --json              a last line for programs
  --data <folder>     as for npm start
  --yes               install what is missing (a container engine) without asking
  --help              this text

The exit code is 1 when somebody does not reach a prompt, or anything leaves the machine.`;

const PULL = 'docker pull -q busybox:1.37';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    sessions: { type: 'string', default: '5' },
    json: { type: 'boolean', default: false },
    data: { type: 'string' },
    yes: { type: 'boolean', short: 'y', default: false },
    help: { type: 'boolean', short: 'h', default: false },
  },
});

async function main(): Promise<number> {
  const sessions = Number(values.sessions);
  const [found] = selectLessons(
    (await loadLessons(join(ROOT, 'content'))).filter(({ labFile }) => labFile !== undefined),
    positionals.length === 0 ? ['images/1'] : positionals,
  );
  if (!Number.isInteger(sessions) || sessions < 1 || found === undefined) {
    console.error(HELP);
    return 2;
  }
  const lesson = await loadLab(found);
  return onEngine(values, (on) => run(on, lesson, sessions));
}

async function run(
  { docker, images }: OnEngine,
  lesson: Awaited<ReturnType<typeof loadLab>>,
  sessions: number,
): Promise<number> {
  const owner = temporaryOwner();
  // Places that do not exist: whatever is not here already cannot be had, as in a room without internet.
  const nowhere = 'http://nowhere.invalid';
  const backend = new DockerBackend({
    docker,
    owner,
    images,
    upstreams: { debian: nowhere, debianSecurity: nowhere, npm: nowhere },
  });
  const abort = new AbortController();
  for (const end of ['SIGINT', 'SIGTERM', 'disconnect']) process.once(end, () => abort.abort());
  try {
    await backend.prepare();
    const egress = egressCounter(docker, owner);
    const before = await egress();
    const began = performance.now();
    const seats = await Promise.all(Array.from({ length: sessions }, () => sit(backend, lesson, abort.signal)));
    const seconds = (performance.now() - began) / 1000;
    const after = await egress();
    const left = after.sent - before.sent;
    console.log(roomReport(lesson.id, seats, seconds, left));
    const ok = seats.every(({ problem }) => problem === undefined) && left === 0;
    if (values.json) console.log(JSON.stringify({ ok, lesson: lesson.id, seconds, left, seats }));
    return ok ? 0 : 1;
  } finally {
    await backend.destroyAll();
  }
}

/** One learner: from the click to a prompt, then a pull. */
async function sit(
  backend: DockerBackend,
  lesson: Parameters<typeof LabRun.start>[0]['lesson'],
  signal: AbortSignal,
): Promise<Seat> {
  const began = performance.now();
  const since = () => (performance.now() - began) / 1000;
  try {
    await using learner = await LabRun.start({
      backend,
      clock: systemClock,
      lesson,
      signal,
      onBroken: () => undefined,
    });
    await learner.type('true');
    const prompt = since();
    const { exitCode, output } = await learner.type(PULL);
    return { prompt, pulled: since(), ...(exitCode === 0 ? {} : { problem: `${PULL}: ${output}` }) };
  } catch (error) {
    return { prompt: undefined, pulled: undefined, problem: error instanceof Error ? error.message : String(error) };
  }
}

if (values.help) console.log(HELP);
else process.exitCode = await main();
if (process.connected) process.disconnect?.();
