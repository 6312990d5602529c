import { lineProgress } from '../sandbox-server/setup/progress.ts';
import { RunningServer } from '../sandbox-server/running-server.ts';
import { findUpstreams } from '../sandbox-server/setup/upstreams.ts';
import { amount, dataFolder, gibibytes, host, options, portNumber, ROOT } from './options.ts';
import { type Held, prepareLabs } from './prepare-labs.ts';
import { buildSite } from './site.ts';
import { startProblem } from './start-problem.ts';
import { whenToldToEnd } from './when-told-to-end.ts';

/** Less than this of the host takes no lab, so that places stay a number. */
const SMALLEST_LAB = { gibibytes: 0.01, cpus: 0.001 };

const given = options({
  port: { type: 'string' },
  host: { type: 'string' },
  data: { type: 'string' },
  yes: { type: 'boolean', short: 'y' },
  restart: { type: 'boolean' },
  'max-sessions': { type: 'string' },
  pool: { type: 'string' },
  'reserve-memory': { type: 'string' },
  'reserve-disk': { type: 'string' },
  'lab-memory': { type: 'string' },
  'lab-cpus': { type: 'string' },
  'lab-disk': { type: 'string' },
  tier: { type: 'string' },
});
const maxSessions = amount('--max-sessions', given['max-sessions'], { least: 1 });
const pool = amount('--pool', given.pool, { least: 0 });
const reserve = {
  memoryBytes: gibibytes('--reserve-memory', given['reserve-memory']),
  diskBytes: gibibytes('--reserve-disk', given['reserve-disk']),
};
const footprint = {
  memoryBytes: gibibytes('--lab-memory', given['lab-memory'], SMALLEST_LAB.gibibytes),
  cpus: amount('--lab-cpus', given['lab-cpus'], { least: SMALLEST_LAB.cpus, fraction: true }),
  diskBytes: gibibytes('--lab-disk', given['lab-disk'], SMALLEST_LAB.gibibytes),
};
const dataDir = dataFolder(given.data);
const replace = given.restart === true;
/** Pages come back to the address that they know. */
const before = replace ? await new RunningServer(dataDir).address() : undefined;
const port = given.port === undefined && before !== undefined ? before.port : portNumber(given.port);
const progress = lineProgress(process.stdout);
const held: Held = { engine: null };
const serverMindsSignals = whenToldToEnd(() => held.engine?.release() ?? Promise.resolve());

try {
  const site = buildSite({ root: ROOT, host, progress });
  const labs = prepareLabs(held, {
    ...{ dataDir, progress, yes: given.yes === true },
    ...(given.tier === undefined ? {} : { tier: given.tier }),
  });
  const upstreams = findUpstreams(host);
  const server = import('../sandbox-server/main.ts');
  // All are waited for, so that the reason why one fails is not followed by the others’ output.
  await Promise.allSettled([site, labs, upstreams, server]);
  const { images, cluster, tier, engineProblem } = await labs;
  if (replace && engineProblem !== undefined)
    throw new Error(`${engineProblem.what} ${engineProblem.fix} What runs on this data folder was left as it is.`);
  const siteDir = await site;
  const { main } = await server;
  serverMindsSignals();
  await main({
    port,
    host: given.host ?? before?.host ?? '127.0.0.1',
    dataDir,
    siteDir,
    replace,
    sessions: { reserve, footprint, ...(maxSessions === undefined ? {} : { maxSessions }) },
    pool: pool === undefined ? {} : { total: pool },
    engine: held.engine,
    images,
    upstreams: await upstreams,
    ...(cluster && { cluster }),
    ...(tier && { tier }),
    ...(engineProblem && { engineProblem }),
  });
} catch (error) {
  console.error(startProblem(error, port, 'npm start'));
  process.exitCode = 1;
} finally {
  await held.engine?.release();
}
// What is under way, a lab that is being made, is for the next server to do again.
process.exit();
