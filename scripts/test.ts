import { join } from 'node:path';
import { ensureChromium } from '../sandbox-server/setup/chromium.ts';
import { ensureEngine } from '../sandbox-server/setup/engine.ts';
import { ensureImages } from '../sandbox-server/setup/images.ts';
import { lineProgress } from '../sandbox-server/setup/progress.ts';
import { SetupError } from '../sandbox-server/setup/setup-error.ts';
import type { EngineHandle, Problem } from '../sandbox-server/setup/types.ts';
import { consent, dataFolder, host, ROOT } from './options.ts';
import { buildSite } from './site.ts';
import { missingForClusters } from './test/missing-for-clusters.ts';
import { countTests, runVitest } from './test/vitest.ts';

const HELP = `npm test -- [kind…] [options]

Kinds, all of them unless some are named:
  unit           parts by themselves
  contract       every backend does what the server relies on; on the real engine
  integration    the server with real sandboxes
  e2e            the site in Chromium, with real sandboxes
  kubernetes     real clusters do what the server relies on; left out where the image of nodes is missing, which
                 npm run images -- kubernetes makes

  --yes          install what is missing (a container engine, Chromium) without asking
  --help         this text
Everything else goes to vitest: npm test -- unit terminal -t resume

With CI=true nothing is left out: what can be made is made, the image of nodes too, and what is missing then is a failure.`;

const KINDS = ['unit', 'contract', 'integration', 'e2e', 'kubernetes'] as const;
type Kind = (typeof KINDS)[number];
const ON_AN_ENGINE: readonly Kind[] = ['contract', 'integration', 'e2e', 'kubernetes'];

const isKind = (word: string): word is Kind => KINDS.some((kind) => kind === word);

async function main(args: string[]): Promise<number> {
  const ofVitest = args.filter((arg) => !isKind(arg) && arg !== '--yes' && arg !== '-y');
  const chosen = KINDS.filter((kind) => args.includes(kind));
  const wanted = new Set<Kind>(chosen.length === 0 ? KINDS : chosen);
  const isCi = host.env['CI'] === 'true';
  const progress = lineProgress(process.stdout);
  const confirm = consent(args.includes('--yes') || args.includes('-y'));
  const held: { engine: EngineHandle | null } = { engine: null };
  const leftOut = new Map<Kind, string>();
  const leaveOut = (kinds: readonly Kind[], { what, fix }: Problem) => {
    for (const kind of kinds) if (wanted.delete(kind)) leftOut.set(kind, `${what} ${fix}`);
  };

  try {
    if (ON_AN_ENGINE.some((kind) => wanted.has(kind))) {
      const dataDir = dataFolder(undefined);
      const found = await ensureEngine({ host, dataDir, progress, confirm });
      if (found.engine === null) {
        leaveOut(ON_AN_ENGINE, found.problem);
      } else {
        held.engine = found.engine;
        const making = { engine: found.engine, imagesDir: join(ROOT, 'images'), dataDir, host, progress };
        const { base } = await ensureImages(making);
        const missing = wanted.has('kubernetes') && (await missingForClusters({ ...making, base, make: isCi }));
        if (missing) leaveOut(['kubernetes'], missing);
      }
    }
    if (wanted.has('e2e')) {
      try {
        await ensureChromium({ host, progress, confirm });
        await buildSite({ root: ROOT, host, progress });
      } catch (error) {
        if (!(error instanceof SetupError)) throw error;
        leaveOut(['e2e'], error.problem);
      }
    }
    const { code, tally } = await runVitest([...wanted], ofVitest);
    // One line for what is left out for the same reason.
    for (const [why, kinds] of Map.groupBy(leftOut.keys(), (kind) => leftOut.get(kind) ?? ''))
      console.log(`Left out: ${kinds.join(', ')}: ${why}`);
    const mustRun = isCi && leftOut.size > 0;
    if (mustRun) console.log('With CI=true, nothing may be left out.');
    const failed = tally.failed + (mustRun || (code !== 0 && tally.failed === 0) ? 1 : 0);
    const skipped = tally.skipped + (leftOut.size > 0 ? await countTests([...leftOut.keys()], ofVitest) : 0);
    console.log(`tests: ${tally.passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`);
    return failed === 0 && tally.passed > 0 ? 0 : 1;
  } finally {
    await held.engine?.release();
  }
}

const given = process.argv.slice(2);
if (given.includes('--help') || given.includes('-h')) {
  console.log(HELP);
} else {
  process.exitCode = await main(given);
}
if (process.connected) process.disconnect?.();
