import { spawn, type StdioOptions } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { host, ROOT } from '../options.ts';

export interface TestTally {
  passed: number;
  failed: number;
  skipped: number;
}

const results = z.object({
  numPassedTests: z.number(),
  numFailedTests: z.number(),
  numPendingTests: z.number(),
  numTodoTests: z.number(),
  success: z.boolean(),
  testResults: z.array(z.object({ status: z.string(), assertionResults: z.array(z.object({ status: z.string() })) })),
});
const NONE: TestTally = { passed: 0, failed: 0, skipped: 0 };

/** Runs the tests of these kinds; `more` are vitest's own options. */
export async function runVitest(
  kinds: readonly string[],
  more: readonly string[],
): Promise<{ code: number; tally: TestTally }> {
  if (kinds.length === 0) return { code: 1, tally: NONE };
  const { code, said } = await vitest(
    (report) => ['run', ...projects(kinds), '--reporter=default', '--reporter=json', `--outputFile.json=${report}`],
    { more, stdio: ['ignore', 'inherit', 'inherit'] },
  );
  if (said === undefined) return { code: code || 1, tally: NONE };
  const found = results.parse(JSON.parse(said));
  // A file that could not be loaded, or whose teardown failed, has no failed test.
  const failedFiles = found.testResults.filter(
    (file) => file.status === 'failed' && !file.assertionResults.some(({ status }) => status === 'failed'),
  ).length;
  const { numPassedTests: passed, numFailedTests, numPendingTests, numTodoTests } = found;
  return {
    code: found.success ? code : code || 1,
    tally: { passed, failed: numFailedTests + failedFiles, skipped: numPendingTests + numTodoTests },
  };
}

/** How many tests the files of these kinds have, as they are written: a table of cases is one. Runs nothing of them. */
export async function countTests(kinds: readonly string[], more: readonly string[]): Promise<number> {
  const { said } = await vitest((report) => ['list', ...projects(kinds), `--json=${report}`], {
    more,
    stdio: 'ignore',
  });
  const tests = z.array(z.unknown()).safeParse(said === undefined ? undefined : JSON.parse(said));
  return tests.success ? tests.data.length : kinds.length;
}

const projects = (kinds: readonly string[]) => kinds.flatMap((kind) => ['--project', kind]);

/** `said`: what it wrote into its report. */
async function vitest(
  args: (report: string) => string[],
  { more, stdio }: { more: readonly string[]; stdio: StdioOptions },
): Promise<{ code: number; said: string | undefined }> {
  const folder = await mkdtemp(join(tmpdir(), 'drydock-tests-'));
  try {
    const report = join(folder, 'report.json');
    const code = await run([join(ROOT, 'node_modules/vitest/vitest.mjs'), ...args(report), ...more], stdio);
    return { code, said: await readFile(report, 'utf8').catch(() => undefined) };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Interrupted, vitest ends by itself, with what its tests hold; this waits for it. */
function run(args: string[], stdio: StdioOptions): Promise<number> {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', ...args], {
    cwd: ROOT,
    env: host.env,
    stdio,
  });
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => child.kill(signal));
  process.on('SIGHUP', () => child.kill('SIGTERM'));
  process.on('disconnect', () => child.kill('SIGTERM'));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve(code ?? 1));
  });
}
