import { join } from 'node:path';
import { Bed } from '../bench/bed.ts';
import type { Result } from '../bench/measure.ts';
import { MEASURES } from '../bench/measures/index.ts';
import { table } from '../bench/table.ts';
import { ensureTtyd } from '../bench/ttyd.ts';
import { findClusterMaterials } from '../sandbox-server/setup/kubernetes/cluster-materials.ts';
import { onEngine } from './on-engine.ts';
import { dataFolder, host, ROOT } from './options.ts';

const HELP = `npm run bench -- [measure…] [options]

Measures this checkout on this machine, beside ttyd and beside the container engine itself, in turns and in one run: what
counts are ratios, since machines are noisy. Leave the machine alone meanwhile; all of it takes about 25 minutes.

${MEASURES.map(({ name, about }) => `  ${name.padEnd(14)} ${about}`).join('\n')}

  --json         the last line is the result as JSON
  --yes          install what is missing (a container engine) without asking
  --help         this text`;

const FLAGS = new Set(['--json', '--yes', '-y', '--help', '-h']);
const ENDS = ['SIGINT', 'SIGTERM', 'disconnect'] as const;
/** Servers are children, which end with this process; what is left of their sandboxes is swept by the next run. */
const interrupt = () => process.exit(130);

async function main(args: readonly string[]): Promise<number> {
  const words = args.filter((arg) => !FLAGS.has(arg));
  const unknown = words.find((word) => !MEASURES.some(({ name }) => name === word));
  if (unknown !== undefined) {
    console.error(`There is no “${unknown}” to measure.\n\n${HELP}`);
    return 2;
  }
  const yes = args.includes('--yes') || args.includes('-y');
  return onEngine({ yes }, async ({ engine, docker, images, progress }) => {
    const { dockerodeOptions, socketPath } = engine;
    if (socketPath === undefined) {
      console.error('ttyd needs the engine’s socket. Run the benchmarks on the machine of the engine.');
      return 1;
    }
    const ttyd = await ensureTtyd(docker, images.base, progress);
    const making = { engine, imagesDir: join(ROOT, 'images'), dataDir: dataFolder(undefined), host, progress };
    const cluster = await findClusterMaterials(making);
    const bed = new Bed({ dockerodeOptions, socketPath, images, ttyd, progress, cluster });
    const results: Result[] = [];
    let failed = false;
    for (const measure of MEASURES.filter(({ name }) => words.length === 0 || words.includes(name))) {
      const done = progress.step(measure.name);
      try {
        results.push(...(await measure.run(bed)));
        done();
      } catch (error) {
        // What the others measured counts all the same.
        failed = true;
        console.error(`✗ ${measure.name} could not be measured:`, error);
      }
      await bed.settle();
    }
    console.log(`\n${table(results)}\n`);
    if (args.includes('--json')) console.log(JSON.stringify(results));
    return failed ? 1 : 0;
  });
}

const given = process.argv.slice(2).filter((word) => word !== '--');
if (given.includes('--help') || given.includes('-h')) console.log(HELP);
else {
  for (const end of ENDS) process.on(end, interrupt);
  process.exitCode = await main(given);
}
for (const end of ENDS) process.off(end, interrupt);
if (process.connected) process.disconnect?.();
