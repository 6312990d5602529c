import { join } from 'node:path';
import { main } from '../sandbox-server/main.ts';
import { lineProgress } from '../sandbox-server/setup/progress.ts';
import { findUpstreams } from '../sandbox-server/setup/upstreams.ts';
import { LivePages } from './dev/live-pages.ts';
import { dataFolder, host, options, portNumber, ROOT } from './options.ts';
import { type Held, prepareLabs } from './prepare-labs.ts';
import { startProblem } from './start-problem.ts';
import { whenToldToEnd } from './when-told-to-end.ts';

const given = options({
  port: { type: 'string' },
  data: { type: 'string' },
  yes: { type: 'boolean', short: 'y' },
});
const port = portNumber(given.port);
const dataDir = dataFolder(given.data);
const progress = lineProgress(process.stdout);
const held: Held = { engine: null };
let pages: LivePages | undefined;
const serverMindsSignals = whenToldToEnd(async () => {
  await Promise.all([held.engine?.release(), pages?.[Symbol.asyncDispose]()]);
});

try {
  const starting = LivePages.start({ root: ROOT.replace(/\/$/, ''), env: host.env });
  const labs = prepareLabs(held, { dataDir, progress, yes: given.yes === true });
  const upstreams = findUpstreams(host);
  await Promise.allSettled([starting, labs, upstreams]);
  pages = await starting;
  const { images, cluster, engineProblem } = await labs;
  serverMindsSignals();
  console.log(
    '\n  Pages and labs follow content/. Search is in the built site only (npm start). Ctrl-C ends all labs.',
  );
  await main({
    port,
    host: '127.0.0.1',
    // Of its own, so that it may run beside a server that serves the same engine.
    dataDir: join(dataDir, 'dev'),
    siteDir: join(ROOT, 'dist'),
    engine: held.engine,
    images,
    upstreams: await upstreams,
    // A sandbox that was made ahead might be of the lesson as it was.
    pool: { total: 0 },
    authoring: { pages, tell: (text) => console.log(`  ${text}`) },
    ...(cluster && { cluster }),
    ...(engineProblem && { engineProblem }),
  });
} catch (error) {
  console.error(startProblem(error, port, 'npm run dev'));
  process.exitCode = 1;
} finally {
  await pages?.[Symbol.asyncDispose]();
  await held.engine?.release();
}
process.exit();
