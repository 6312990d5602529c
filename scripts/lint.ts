import { spawn } from 'node:child_process';
import { parseArgs } from 'node:util';
import { host, ROOT } from './options.ts';

const HELP = `npm run lint: checks types, rules, format and what nobody uses

  --fix    mends what can be mended without thought: format, and some rules
  --help   this text`;

interface Check {
  name: string;
  program: string;
  args: string[];
  /** With --fix. */
  fix?: string[];
}

/** Never on .mdx: a formatter turns valid pages into ones that do not compile. */
const FORMATTED = '**/*.{ts,tsx,mjs,js,astro,css,md}';

/** The first one writes the types that the second one reads. */
const CHECKS: Check[] = [
  {
    name: 'types of the pages',
    program: 'astro/bin/astro.mjs',
    args: ['check', '--tsconfig', 'tsconfig.astro.json', '--minimumFailingSeverity', 'hint'],
  },
  { name: 'types', program: 'typescript/bin/tsc', args: ['--noEmit'] },
  { name: 'rules', program: 'oxlint/bin/oxlint', args: [], fix: ['--fix'] },
  {
    name: 'format',
    program: 'prettier/bin/prettier.cjs',
    args: ['--check', '--log-level', 'warn', FORMATTED],
    fix: ['--write', '--log-level', 'warn', FORMATTED],
  },
  { name: 'unused code', program: 'knip/bin/knip.js', args: [] },
];

const { values } = parseArgs({ options: { fix: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } } });
if (values.help === true) {
  console.log(HELP);
} else {
  let failed = 0;
  for (const check of CHECKS) {
    const start = performance.now();
    const { code, output } = await run(check.program, values.fix === true ? (check.fix ?? check.args) : check.args);
    const seconds = ((performance.now() - start) / 1000).toFixed(1);
    console.log(`  ${code === 0 ? '✓' : '✗'} ${check.name} (${seconds} s)`);
    if (code === 0) continue;
    failed++;
    console.log(output);
  }
  console.log(`lint: ${CHECKS.length - failed} passed, ${failed} failed`);
  process.exitCode = failed === 0 ? 0 : 1;
}

/** Runs a program of the dependencies on this Node. */
function run(program: string, args: string[]): Promise<{ code: number | null; output: string }> {
  const child = spawn(process.execPath, [`node_modules/${program}`, ...args], {
    cwd: ROOT,
    env: { ...host.env, ASTRO_TELEMETRY_DISABLED: '1', ...(process.stdout.isTTY ? { FORCE_COLOR: '1' } : {}) },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  const keep = (text: string) => (output += text);
  child.stdout.setEncoding('utf8').on('data', keep);
  child.stderr.setEncoding('utf8').on('data', keep);
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, output }));
  });
}
