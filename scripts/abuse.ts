import type { Attempt } from '../test/abuse/attempt.ts';
import { ATTEMPTS } from '../test/abuse/attempts/index.ts';
import { AbuseContext } from '../test/abuse/context.ts';
import { makeAttempts, type Outcome, row, tallyOf } from '../test/abuse/run.ts';
import { onEngine } from './on-engine.ts';
import { host, ROOT } from './options.ts';
import { buildSite } from './site.ts';

const HELP = `npm run test:abuse -- [number…] [options]

Starts a server with two learners and tries to abuse it in every way of the list, or in those whose numbers are given. Each
attempt must come to nothing; while resources are attacked, the other learner types and must not notice.

  --list         what is tried, without trying it
  --json         a last line for programs: {"attempts":…,"held":…,"fell":…}
  --yes          install what is missing (a container engine) without asking
  --help         this text

The exit code is 1 when an attempt succeeded.`;

const ENDS = ['SIGINT', 'SIGTERM', 'disconnect'] as const;
/** The server that is being attacked. */
const attacked: { context?: AbuseContext } = {};

/** Its sandboxes go with it. */
const interrupt = () => {
  const ended = attacked.context?.server.end('SIGTERM') ?? Promise.resolve(null);
  void ended.finally(() => process.exit(130));
};

const FLAGS = new Set(['--list', '--json', '--yes', '-y', '--help', '-h']);

async function main(args: readonly string[]): Promise<number> {
  const chosen = choose(args.filter((arg) => !arg.startsWith('-')));
  const unknown = args.find((arg) => arg.startsWith('-') && !FLAGS.has(arg));
  if (unknown !== undefined || chosen === undefined) {
    console.error(`There is no ${unknown ?? 'attempt of that number'}.\n\n${HELP}`);
    return 2;
  }
  if (args.includes('--list')) {
    for (const { number, title } of chosen) console.log(`${String(number).padStart(3)}  ${title}`);
    return 0;
  }
  const yes = args.includes('--yes') || args.includes('-y');
  return onEngine({ yes }, async ({ engine, images, progress }) => {
    const siteDir = await buildSite({ root: ROOT, host, progress });
    await using context = await AbuseContext.start({ dockerodeOptions: engine.dockerodeOptions, images, siteDir });
    attacked.context = context;
    const outcomes: Outcome[] = [];
    for await (const outcome of makeAttempts(chosen, context)) {
      outcomes.push(outcome);
      console.log(row(outcome));
    }
    const tally = tallyOf(outcomes);
    console.log(`\nabuse: ${tally.attempts} attempts, ${tally.held} held, ${tally.fell} fell`);
    if (args.includes('--json')) console.log(JSON.stringify(tally));
    return tally.fell === 0 ? 0 : 1;
  });
}

/** Undefined when a number is none of the list's. */
function choose(words: readonly string[]): readonly Attempt[] | undefined {
  const numbers = words.map(Number);
  if (numbers.some((number) => !ATTEMPTS.some((attempt) => attempt.number === number))) return undefined;
  return numbers.length === 0 ? ATTEMPTS : ATTEMPTS.filter(({ number }) => numbers.includes(number));
}

const given = process.argv.slice(2);
if (given.includes('--help') || given.includes('-h')) console.log(HELP);
else {
  for (const end of ENDS) process.on(end, interrupt);
  process.exitCode = await main(given.filter((word) => word !== '--'));
}
for (const end of ENDS) process.off(end, interrupt);
if (process.connected) process.disconnect?.();
