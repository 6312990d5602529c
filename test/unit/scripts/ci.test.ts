import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { host } from '../../../scripts/options.ts';

const ROOT = join(import.meta.dirname, '..', '..', '..');
const SCRIPT = join(ROOT, '.ci', 'run');
const folder = mkdtempSync(join(tmpdir(), 'drydock-ci-'));

afterAll(() => rm(folder, { recursive: true, force: true }));

const verified = (more: object = {}) =>
  JSON.stringify({
    ...{ lessons: 1, tasks: 2, redBefore: 2, greenAfter: 2, nearMisses: 3, nearMissesRejected: 3 },
    ...{ runBlocks: 4, runBlocksOk: 4, broken: 0, leftOut: 0, ...more },
  });
/** 2 + 2 + 3 + 4 */
const OF_VERIFY = 11;

/** What every command says when all is well, by how it is called. */
const WELL: Record<string, string> = {
  'run images --silent': 'images are there',
  'run images --silent -- kubernetes': 'building kubelet',
  'test --silent -- unit contract integration e2e': 'tests: 5 passed, 0 failed',
  'run test:abuse --silent -- --json': '{"attempts":3,"held":3,"fell":0}',
  'run test:faults --silent -- --rounds 5 --cut 75': 'faults: 2 cases, 2 held, 0 fell, 0 not made',
  'run verify --silent -- --json --clusters none': verified(),
  'run lint --silent': 'lint: 5 passed, 0 failed',
  'test --silent -- kubernetes test/contract': 'tests: 6 passed, 0 failed',
  'run verify --silent -- --json --clusters only --pages': verified(),
  'test --silent -- kubernetes test/integration test/e2e': 'tests: 7 passed, 0 failed',
};
/** Both of images, tests, abuse, faults, lint, tests of clusters. */
const ALL = 2 + 5 + 3 + 2 + 5 + 6 + 7 + 2 * OF_VERIFY;

/** Runs it with an npm that only says what it is told; what fails says so, too. */
async function run(said: Record<string, string> = {}, failing: readonly string[] = []) {
  const answers = Object.entries({ ...WELL, ...said }).map(
    ([command, text]) => `'${command}') echo '${text}'; exit ${failing.includes(command) ? 1 : 0};;`,
  );
  const calls = join(folder, 'calls');
  writeFileSync(calls, '');
  const npm = ['#!/bin/sh', `echo "$*" >> '${calls}'`, 'case "$*" in', ...answers, '*) exit 9;; esac', ''].join('\n');
  writeFileSync(join(folder, 'npm'), npm, { mode: 0o755 });
  // A process that gets only what others leave would get nothing on a busy machine.
  writeFileSync(join(folder, 'chrt'), '#!/bin/sh\nexit 1\n', { mode: 0o755 });
  const child = spawn('bash', [SCRIPT], { env: { ...host.env, PATH: `${folder}:${host.env['PATH']}` } });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (output += text));
  const code = await new Promise((resolve) => child.once('close', resolve));
  const [last] = output.trimEnd().split('\n').slice(-1);
  return { code, output, last, calls: readFileSync(calls, 'utf8').trimEnd().split('\n') };
}

test('all parts run, each once, and are summed up', async () => {
  const { code, last, calls, output } = await run();
  expect({ code, last }).toEqual({ code: 0, last: `tests: ${ALL} passed, 0 failed` });
  expect(calls.toSorted()).toEqual(Object.keys(WELL).toSorted());
  expect(output).toMatch(/^\[node image\] building kubelet$/m);
});

test('an image of nodes that cannot be made is a failure, with what was said, and so is what needs it', async () => {
  const image = 'run images --silent -- kubernetes';
  const { code, last, calls, output } = await run({ [image]: 'no Go here' }, [image]);
  expect({ code, last }).toEqual({ code: 1, last: `tests: ${ALL - 1 - 6 - 7 - OF_VERIFY} passed, 3 failed` });
  expect(output).toMatch(/^\[node image\] no Go here$/m);
  expect(calls.filter((call) => /test.*kubernetes|--clusters only/.test(call))).toEqual([]);
});

test.each<[string, Record<string, string>]>([
  ['a test', { 'test --silent -- kubernetes test/integration test/e2e': 'tests: 6 passed, 1 failed' }],
  ['a near miss', { 'run verify --silent -- --json --clusters none': verified({ nearMissesRejected: 2 }) }],
  ['a lesson that was left out', { 'run verify --silent -- --json --clusters only --pages': verified({ leftOut: 1 }) }],
])('%s that fails makes it fail', async (_what, said) => {
  const { code, last } = await run(said, Object.keys(said));
  expect({ code, last }).toEqual({ code: 1, last: expect.stringMatching(/ passed, 1 failed$/) });
});

test('what failed is said again at its end, without colours', async () => {
  const tests = 'test --silent -- unit contract integration e2e';
  const fail = '\u001b[31m FAIL \u001b[39m a.test.ts > adds up\n  expected 1 to be 2';
  const { output } = await run({ [tests]: `${fail}\ntests: 4 passed, 1 failed` }, [tests]);
  const [, again] = output.split('\n== what failed: npm test\n');
  expect(again).toMatch(/^ FAIL {2}a\.test\.ts > adds up\n {2}expected 1 to be 2\n/);
});

test.each([
  'test --silent -- unit contract integration e2e',
  'run lint --silent',
  'run verify --silent -- --json --clusters only --pages',
])('“npm %s” that dies without a word makes it fail', async (command) => {
  const { code, last } = await run({ [command]: '' }, [command]);
  expect({ code, last }).toEqual({ code: 1, last: expect.stringMatching(/ passed, 1 failed$/) });
});

test('every folder with tests of clusters is among those that it names', async () => {
  const kinds = await readdir(join(ROOT, 'test'));
  const withClusters = kinds.filter((kind) => existsSync(join(ROOT, 'test', kind, 'kubernetes')));
  const named = Object.keys(WELL)
    .filter((command) => command.includes('-- kubernetes test/'))
    .flatMap((command) => [...command.matchAll(/ test\/(\w+)/g)].map(([, kind]) => kind));
  expect(named.toSorted()).toEqual(withClusters.toSorted());
});
