import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { loadEngineProfile, PROFILE_FILE } from '../../../sandbox-server/setup/apparmor.ts';
import type { Host } from '../../../sandbox-server/setup/types.ts';

let folder = '';
let notes: string[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'drydock-apparmor-'));
  notes = [];
});
afterEach(() => rmSync(folder, { recursive: true }));

/** On a machine with these; the parser is one that writes down what it is told. Returns that. */
async function load(machine: { enabled?: string; uid?: number; remote?: boolean; parser?: string }): Promise<string> {
  const { enabled = 'Y\n', uid = 0, parser = `echo "$@" > ${folder}/told` } = machine;
  const enabledFile = join(folder, 'enabled');
  writeFileSync(enabledFile, enabled);
  writeFileSync(join(folder, 'told'), '');
  writeFileSync(join(folder, 'apparmor_parser'), `#!/bin/sh\n${parser}\n`, { mode: 0o755 });
  const host: Host = { env: { PATH: folder }, platform: 'linux', arch: 'x64', uid, homeDir: folder };
  const progress = { step: () => () => undefined, note: (line: string) => void notes.push(line) };
  const engine = machine.remote === true ? {} : { socketPath: '/run/docker.sock' };
  await loadEngineProfile({ host, engine, progress, enabledFile });
  return readFileSync(join(folder, 'told'), 'utf8').trim();
}

test('root loads the profile where AppArmor is on', async () => {
  expect(await load({})).toBe(`--replace --skip-cache ${PROFILE_FILE}`);
  expect(notes).toEqual([]);
});

test('nothing is loaded without root, without AppArmor, or for an engine elsewhere', async () => {
  expect(await load({ uid: 1000 })).toBe('');
  expect(await load({ enabled: 'N\n' })).toBe('');
  expect(await load({ remote: true })).toBe('');
});

test('a parser that refuses is told, and stops nothing', async () => {
  await load({ parser: 'echo "syntax error, unexpected TOK_ID" >&2; exit 1' });
  expect(notes).toHaveLength(1);
  expect(notes[0]).toContain('unexpected TOK_ID');
});
