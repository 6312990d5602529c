import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { host } from '../../../scripts/options.ts';

const SCRIPT = join(import.meta.dirname, '../../../sandbox-server/setup/privileged-runtime.sh');

let folder = '';

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'drydock-runtime-'));
  mkdirSync(join(folder, 'bin'));
  writeFileSync(join(folder, 'bin', 'runc'), '#!/bin/sh\necho "runc $*"\n', { mode: 0o755 });
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Runs the script in a process that may have these capabilities only, given as the kernel prints them. */
function run(held: string, ...args: string[]): string {
  // The script reads what this process may have: a sed before the real one says something else.
  writeFileSync(
    join(folder, 'bin', 'sed'),
    `#!/bin/sh\ncase $* in *CapBnd*) echo ${held} ;; *) exec "$REAL_SED" "$@" ;; esac\n`,
    { mode: 0o755 },
  );
  const sed = execFileSync('sh', ['-c', 'command -v sed'], { env: { ...host.env }, encoding: 'utf8' }).trim();
  const PATH = [join(folder, 'bin'), host.env['PATH'] ?? ''].join(delimiter);
  return execFileSync('sh', [SCRIPT, ...args], { env: { ...host.env, PATH, REAL_SED: sed }, encoding: 'utf8' });
}

const ALL_BUT_SYS_RESOURCE = '000001fffeffffff';
const ALL = '000001ffffffffff';
const process_ = {
  capabilities: { bounding: ['CAP_CHOWN', 'CAP_SYS_RESOURCE', 'CAP_BPF'], effective: ['CAP_SYS_RESOURCE'] },
};

test('a container gets what there is of the capabilities it asks for', () => {
  writeFileSync(join(folder, 'config.json'), JSON.stringify({ process: process_ }));
  expect(run(ALL_BUT_SYS_RESOURCE, '--root', '/r', 'create', '--bundle', folder, 'id')).toBe(
    `runc --root /r create --bundle ${folder} id\n`,
  );
  expect(JSON.parse(readFileSync(join(folder, 'config.json'), 'utf8'))).toEqual({
    process: { capabilities: { bounding: ['CAP_CHOWN', 'CAP_BPF'], effective: [] } },
  });
});

test('so does a command in it', () => {
  const file = join(folder, 'process');
  writeFileSync(file, JSON.stringify(process_));
  expect(run(ALL_BUT_SYS_RESOURCE, 'exec', '--process', file, 'id')).toBe(`runc exec --process ${file} id\n`);
  expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual({
    capabilities: { bounding: ['CAP_CHOWN', 'CAP_BPF'], effective: [] },
  });
});

test('where there is every capability, nothing is changed', () => {
  writeFileSync(join(folder, 'config.json'), JSON.stringify({ process: process_ }));
  run(ALL, 'create', '--bundle', folder, 'id');
  expect(JSON.parse(readFileSync(join(folder, 'config.json'), 'utf8'))).toEqual({ process: process_ });
});
