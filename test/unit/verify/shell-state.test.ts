import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import {
  DEFINE_SHELL_STATE,
  goTo,
  PRINT_SHELL_STATE,
  readShellState,
  type ShellState,
} from '../../../sandbox-server/verify/shell-state.ts';

const run = promisify(execFile);

async function bash(...lines: string[]): Promise<string> {
  const { stdout } = await run('/bin/bash', ['--norc', '-c', lines.join('\n')], {
    cwd: '/',
    env: { PATH: '/usr/bin:/bin' },
  });
  return stdout;
}

/** The states of a shell before and after these lines, and what was printed besides. */
async function around(...lines: string[]): Promise<{ before: ShellState; after: ShellState; printed: string }> {
  const stdout = await bash(DEFINE_SHELL_STATE, PRINT_SHELL_STATE, ...lines, PRINT_SHELL_STATE, 'true');
  const states = stdout.split('\n').flatMap((line) => readShellState(line) ?? []);
  expect(states).toHaveLength(2);
  return { before: states[0]!, after: states[1]!, printed: stdout.replaceAll(/^state=.*\n/gm, '') };
}

test.each([
  'true',
  'ls / > /dev/null',
  'false',
  'cd /tmp',
  'cd /usr; cd /tmp',
  '(export A=1)',
  'echo "$(id)" > /dev/null',
])('%s leaves a shell as it was', async (line) => {
  const { before, after } = await around(line);
  expect(after.digest).toBe(before.digest);
});

test.each([
  ...['A=1', 'export A=1', 'unset PATH; PATH=/usr/bin:/bin; A=', 'f() { true; }', 'alias l=ls', 'trap true EXIT'],
  ...[
    'set -o noglob',
    'shopt -s nullglob',
    'umask 077',
    'ulimit -c 0; ulimit -n 200',
    'pushd /tmp > /dev/null',
    'list=(a b)',
  ],
])('%s leaves another shell', async (line) => {
  const { before, after } = await around(line);
  expect(after.digest).not.toBe(before.digest);
});

test('to look at it changes no exit code', async () => {
  expect(await bash(DEFINE_SHELL_STATE, '(exit 7)', PRINT_SHELL_STATE, 'echo "$?"')).toMatch(/\n7\n$/);
});

test('another shell gets into the same folder, and back from it to the same', async () => {
  const { after } = await around('cd /usr', 'cd /tmp');
  expect(after).toMatchObject({ folder: '/tmp', previousFolder: '/usr' });
  const { printed } = await around(goTo(after)!, 'pwd', 'cd -');
  expect(printed).toBe('/tmp\n/usr\n');
});

test('one that never moved has no way to go; what is no state is none', async () => {
  const { after } = await around('true');
  expect(goTo(after)).toBeUndefined();
  expect(goTo({ digest: '', folder: "/it's", previousFolder: '/' })).toBe(" cd -- '/'; cd -- '/it'\\''s'");
  expect(readShellState('bash: __drydock_state: command not found')).toBeUndefined();
});
