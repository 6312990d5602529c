import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { ensureChromium } from '../sandbox-server/setup/chromium.ts';
import { ensureEngine } from '../sandbox-server/setup/engine.ts';
import { ensureImages } from '../sandbox-server/setup/images.ts';
import { findNodeImage } from '../sandbox-server/setup/kubernetes/node-image.ts';
import { lineProgress } from '../sandbox-server/setup/progress.ts';
import { SetupError } from '../sandbox-server/setup/setup-error.ts';
import type { EngineHandle, Problem } from '../sandbox-server/setup/types.ts';
import { consent, dataFolder, host, ROOT } from './options.ts';
import { buildSite } from './site.ts';

const HELP = `npm test -- [kind…] [options]

Kinds, all of them but the last unless some are named:
  unit           parts by themselves
  contract       every backend does what the server relies on; on the real engine
  integration    the server with real sandboxes
  e2e            the site in Chromium, with real sandboxes
  kubernetes     real clusters do what the server relies on; needs npm run images -- kubernetes

  --yes          install what is missing (a container engine, Chromium) without asking
  --help         this text
Everything else goes to vitest: npm test -- unit terminal -t resume`;

const KINDS = ['unit', 'contract', 'integration', 'e2e', 'kubernetes'] as const;
type Kind = (typeof KINDS)[number];
const ON_AN_ENGINE: readonly Kind[] = ['contract', 'integration', 'e2e', 'kubernetes'];

const results = z.object({
  numPassedTests: z.number(),
  numFailedTests: z.number(),
  numPendingTests: z.number(),
  numTodoTests: z.number(),
  success: z.boolean(),
  testResults: z.array(z.object({ status: z.string(), assertionResults: z.array(z.object({ status: z.string() })) })),
});

const isKind = (word: string): word is Kind => KINDS.some((kind) => kind === word);

async function main(args: string[]): Promise<number> {
  const ofVitest = args.filter((arg) => !isKind(arg) && arg !== '--yes' && arg !== '-y');
  const chosen = KINDS.filter((kind) => args.includes(kind));
  const wanted = new Set<Kind>(chosen.length === 0 ? KINDS.filter((kind) => kind !== 'kubernetes') : chosen);
  const progress = lineProgress(process.stdout);
  const confirm = consent(args.includes('--yes') || args.includes('-y'));
  const held: { engine: EngineHandle | null } = { engine: null };
  const leftOut: string[] = [];
  const leaveOut = (kinds: readonly Kind[], { what, fix }: Problem) => {
    const gone = kinds.filter((kind) => wanted.delete(kind));
    if (gone.length > 0) leftOut.push(`${gone.join(', ')}: ${what} ${fix}`);
  };

  try {
    if (ON_AN_ENGINE.some((kind) => wanted.has(kind))) {
      const dataDir = dataFolder(undefined);
      const found = await ensureEngine({ host, dataDir, progress, confirm });
      if (found.engine === null) {
        leaveOut(ON_AN_ENGINE, found.problem);
      } else {
        held.engine = found.engine;
        const imagesDir = join(ROOT, 'images');
        await ensureImages({ engine: found.engine, imagesDir, dataDir, host, progress });
        if (wanted.has('kubernetes') && (await findNodeImage({ engine: found.engine, imagesDir })) === undefined) {
          const fix = 'Run `npm run images -- kubernetes`, then `npm test -- kubernetes`.';
          leaveOut(['kubernetes'], { what: 'The engine has no image for nodes of clusters.', fix });
        }
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
    for (const line of leftOut) console.log(`Left out: ${line}`);
    const mustRun = host.env['CI'] === 'true' && leftOut.length > 0;
    if (mustRun) console.log('With CI=true, nothing may be left out.');
    const failed = tally.failed + (mustRun || (code !== 0 && tally.failed === 0) ? 1 : 0);
    const skipped = tally.skipped + leftOut.length;
    console.log(`tests: ${tally.passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`);
    return failed === 0 && tally.passed > 0 ? 0 : 1;
  } finally {
    await held.engine?.release();
  }
}

async function runVitest(
  kinds: Kind[],
  more: string[],
): Promise<{ code: number; tally: { passed: number; failed: number; skipped: number } }> {
  const none = { passed: 0, failed: 0, skipped: 0 };
  if (kinds.length === 0) return { code: 1, tally: none };
  const folder = await mkdtemp(join(tmpdir(), 'drydock-tests-'));
  try {
    const report = join(folder, 'report.json');
    const args = [
      'run',
      ...kinds.flatMap((kind) => ['--project', kind]),
      '--reporter=default',
      '--reporter=json',
      `--outputFile.json=${report}`,
    ];
    const code = await run([join(ROOT, 'node_modules/vitest/vitest.mjs'), ...args, ...more]);
    const text = await readFile(report, 'utf8').catch(() => undefined);
    if (text === undefined) return { code: code || 1, tally: none };
    const found = results.parse(JSON.parse(text));
    // A file that could not be loaded, or whose teardown failed, has no failed test.
    const failedFiles = found.testResults.filter(
      (file) => file.status === 'failed' && !file.assertionResults.some(({ status }) => status === 'failed'),
    ).length;
    const { numPassedTests: passed, numFailedTests, numPendingTests, numTodoTests } = found;
    return {
      code: found.success ? code : code || 1,
      tally: { passed, failed: numFailedTests + failedFiles, skipped: numPendingTests + numTodoTests },
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Interrupted, vitest ends by itself, with what its tests hold; this waits for it. */
function run(args: string[]): Promise<number> {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', ...args], {
    cwd: ROOT,
    env: host.env,
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => child.kill(signal));
  process.on('SIGHUP', () => child.kill('SIGTERM'));
  process.on('disconnect', () => child.kill('SIGTERM'));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve(code ?? 1));
  });
}

const given = process.argv.slice(2);
if (given.includes('--help') || given.includes('-h')) {
  console.log(HELP);
} else {
  process.exitCode = await main(given);
}
if (process.connected) process.disconnect?.();
