import Docker from 'dockerode';
import { chooseTier } from '../sandbox-server/backend/docker/choose-tier.ts';
import { PRIVILEGED_WARNING, ROOTLESS, type TriedTier, UnknownTier } from '../sandbox-server/backend/docker/tier.ts';
import { ensureEngine } from '../sandbox-server/setup/engine.ts';
import { ensureImages } from '../sandbox-server/setup/images.ts';
import { lineProgress } from '../sandbox-server/setup/progress.ts';
import { RunningServer } from '../sandbox-server/running-server.ts';
import { SetupError } from '../sandbox-server/setup/setup-error.ts';
import { findUpstreams } from '../sandbox-server/setup/upstreams.ts';
import type { EngineHandle, ImageSet, Problem } from '../sandbox-server/setup/types.ts';
import { amount, consent, dataFolder, gibibytes, host, options, portNumber, ROOT } from './options.ts';
import { buildSite } from './site.ts';

const IMPATIENT_MS = 3000;

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
  tier: { type: 'string' },
});
const maxSessions = amount('--max-sessions', given['max-sessions'], { least: 1 });
const pool = amount('--pool', given.pool, { least: 0 });
const reserve = {
  memoryBytes: gibibytes('--reserve-memory', given['reserve-memory']),
  diskBytes: gibibytes('--reserve-disk', given['reserve-disk']),
};
const dataDir = dataFolder(given.data);
const replace = given.restart === true;
/** Pages come back to the address that they know. */
const before = replace ? await new RunningServer(dataDir).address() : undefined;
const port = given.port === undefined && before !== undefined ? before.port : portNumber(given.port);
const progress = lineProgress(process.stdout);
/** What this process holds of the engine. */
const held: { engine: EngineHandle | null } = { engine: null };

/** Until the server minds the signals itself, an interrupted start gives the engine back. */
const interrupt = (): void => {
  void (held.engine?.release() ?? Promise.resolve()).finally(() => process.exit(130));
};
const ENDS = ['SIGINT', 'SIGTERM', 'SIGHUP', 'disconnect'] as const;
for (const end of ENDS) process.on(end, interrupt);

// One wish to end may arrive several times: from the terminal, from npm, and from the bootstrap. Only one that comes well
// after the first means that somebody has lost patience with the cleaning up.
let endingSince: number | undefined;
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    endingSince ??= performance.now();
    if (performance.now() - endingSince > IMPATIENT_MS) process.exit(130);
  });
}
// After a closed terminal there is nothing left to write to.
for (const out of [process.stdout, process.stderr]) out.on('error', () => undefined);

try {
  const site = buildSite({ root: ROOT, host, progress });
  const labs = prepareLabs();
  const upstreams = findUpstreams(host);
  const server = import('../sandbox-server/main.ts');
  // All are waited for, so that the reason why one fails is not followed by the others’ output.
  await Promise.allSettled([site, labs, upstreams, server]);
  const { images, tier, engineProblem } = await labs;
  if (replace && engineProblem !== undefined)
    throw new Error(`${engineProblem.what} ${engineProblem.fix} What runs on this data folder was left as it is.`);
  const siteDir = await site;
  const { main } = await server;
  for (const end of ENDS) process.off(end, interrupt);
  await main({
    port,
    host: given.host ?? before?.host ?? '127.0.0.1',
    dataDir,
    siteDir,
    replace,
    sessions: { reserve, ...(maxSessions === undefined ? {} : { maxSessions }) },
    pool: pool === undefined ? {} : { total: pool },
    engine: held.engine,
    images,
    upstreams: await upstreams,
    ...(tier && { tier }),
    ...(engineProblem && { engineProblem }),
  });
} catch (error) {
  console.error(tell(error));
  process.exitCode = 1;
} finally {
  await held.engine?.release();
}
// What is under way, a lab that is being made, is for the next server to do again.
process.exit();

async function prepareLabs(): Promise<{ images: ImageSet | null; tier?: TriedTier; engineProblem?: Problem }> {
  const found = await ensureEngine({ host, dataDir, progress, confirm: consent(given.yes === true) });
  if (found.engine === null) return { images: null, engineProblem: found.problem };
  const { engine } = found;
  held.engine = engine;
  try {
    return await inTier(engine, await ensureImages({ engine, imagesDir: `${ROOT}images`, dataDir, host, progress }));
  } catch (error) {
    if (error instanceof UnknownTier) throw error;
    // The lessons can still be read.
    const problem =
      error instanceof SetupError ? error.problem : { what: tell(error), fix: 'Run `npm run images` to try again.' };
    held.engine = null;
    await engine.release();
    return { images: null, engineProblem: problem };
  }
}

async function inTier(engine: EngineHandle, images: ImageSet): Promise<{ images: ImageSet; tier?: TriedTier }> {
  const name = given.tier ?? ROOTLESS.name;
  if (name === ROOTLESS.name) return { images };
  const done = progress.step(`trying the isolation tier ${name}`);
  const { tried, problem } = await chooseTier(name, new Docker(engine.dockerodeOptions), images);
  if (problem !== undefined) throw new SetupError(problem);
  done();
  if (tried.tier.privileged) progress.note(`! ${PRIVILEGED_WARNING}`);
  return { images, tier: tried };
}

function tell(error: unknown): string {
  if (error instanceof Error && 'code' in error && error.code === 'EADDRINUSE') {
    return `Port ${port} is taken by another program. Choose another one: npm start -- --port ${port + 1}`;
  }
  if (!(error instanceof Error)) return String(error);
  return 'fix' in error ? `${error.message} ${String(error.fix)}` : error.message;
}
