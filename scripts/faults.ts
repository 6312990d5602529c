import { randomInt } from 'node:crypto';
import { parseArgs } from 'node:util';
import { CASES } from '../test/faults/cases/index.ts';
import { allHeld, type Outcome, outcomeOf, row, summary, tallyOf } from '../test/faults/findings.ts';
import { onEngine } from './on-engine.ts';

const HELP = `npm run test:faults -- [number…] [options]

Kills a server again and again, at random moments, while learners use it; restarts the engine under it; cuts the network;
fills the disk. Then it counts what was lost: sessions, bytes of terminals, progress, and what is left over on the engine.

  --rounds <n>   how often the server is killed; default 50
  --seed <n>     the same moments again
  --cut <s>      how many seconds the network is cut; default 300
  --json         a last line for programs: {"rounds":…,"sessionsLost":…,"bytesLost":…,"leftovers":…,"progressLost":…}
  --yes          install what is missing (a container engine) without asking
  --help         this text

Some faults need root and the program dockerd. Where they cannot be made they count as such, neither held nor fallen.

The exit code is 1 when anything was lost, and with CI=true also when a fault could not be made.`;

const ENDS = ['SIGINT', 'SIGTERM', 'SIGHUP', 'disconnect'] as const;
/** Interrupted, sandboxes are swept by the next run. */
const interrupt = () => process.exit(130);

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    options: {
      rounds: { type: 'string', default: '50' },
      seed: { type: 'string' },
      cut: { type: 'string', default: '300' },
      json: { type: 'boolean' },
      yes: { type: 'boolean', short: 'y' },
      help: { type: 'boolean', short: 'h' },
    },
    allowPositionals: true,
  });
  if (values.help === true) {
    console.log(HELP);
    return 0;
  }
  const rounds = Number(values.rounds);
  const cutMs = Number(values.cut) * 1000;
  const seed = values.seed === undefined ? randomInt(2 ** 31) : Number(values.seed);
  if (![rounds, cutMs, seed].every((n) => Number.isInteger(n) && n > 0)) throw new Error('A number is not one.');
  const chosen = CASES.filter(({ number }) => positionals.length === 0 || positionals.includes(String(number)));
  return onEngine({ yes: values.yes === true }, async ({ engine, images, progress }) => {
    const note = (line: string) => progress.note(line);
    note(`seed ${seed}`);
    const context = { dockerodeOptions: engine.dockerodeOptions, images, rounds, seed, cutMs, note };
    const outcomes: Outcome[] = [];
    const make = async (cases: typeof CASES) => {
      for (const fault of cases) {
        const outcome = await outcomeOf(fault, context);
        outcomes.push(outcome);
        console.log(row(outcome));
      }
    };
    // The network stays cut for minutes in which nothing else has to wait.
    const waiting = ({ number }: { number: number }) => number === 39;
    await Promise.all([make(chosen.filter(waiting)), make(chosen.filter((fault) => !waiting(fault)))]);
    console.log(`\n${summary(outcomes)}`);
    if (values.json === true) console.log(JSON.stringify(tallyOf(rounds, outcomes)));
    return allHeld(outcomes, { all: process.env['CI'] === 'true' }) ? 0 : 1;
  });
}

for (const end of ENDS) process.on(end, interrupt);
try {
  process.exitCode = await main();
} catch (error) {
  console.error(`${error instanceof Error ? error.message : String(error)}\nThe options are listed by --help.`);
  process.exitCode = 2;
}
for (const end of ENDS) process.off(end, interrupt);
if (process.connected) process.disconnect?.();
