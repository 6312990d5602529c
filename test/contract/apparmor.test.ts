import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, inject, test } from 'vitest';
import { startWith } from '../../sandbox-server/backend/docker/engine-host.ts';
import { temporaryOwner } from '../../sandbox-server/backend/docker/temporary-owner.ts';
import { PROFILE_FILE } from '../../sandbox-server/setup/apparmor.ts';
import { withSystemPath } from '../../sandbox-server/setup/owned-engine.ts';
import { runCommand } from '../../sandbox-server/setup/run-command.ts';
import { host } from '../../scripts/options.ts';
import { appArmorParser } from '../support/apparmor-parser.ts';
import { leftovers, realDocker } from '../support/engine.ts';

/** Debian's package is fetched where the machine has no AppArmor. */
const FETCH_MS = 60_000;

test('the engines’ AppArmor profile compiles, and one with a mistake does not', { timeout: FETCH_MS }, async () => {
  const folder = await mkdtemp(join(tmpdir(), 'drydock-apparmor-'));
  try {
    const parser = await appArmorParser(folder);
    const compile = (file: string) =>
      runCommand([...parser, '--skip-kernel-load', '--skip-cache', '--stdout', file], {
        env: withSystemPath(host.env),
      });
    const wrong = join(folder, 'wrong.apparmor');
    const profile = await readFile(PROFILE_FILE, 'utf8');
    await writeFile(wrong, profile.replace('  mount,', '  mounts,'));
    await expect(compile(wrong)).rejects.toThrow('syntax error');
    expect(await compile(PROFILE_FILE)).toContain('drydock-engine');
  } finally {
    await rm(folder, { recursive: true });
  }
});

test('the container that tries whether a profile is there starts, and is gone', async () => {
  const docker = realDocker();
  const owner = temporaryOwner();
  await startWith(docker, { owner, image: inject('images').engine }, {});
  await expect(
    startWith(docker, { owner, image: inject('images').engine }, { SecurityOpt: ['seccomp=nonsense'] }),
  ).rejects.toThrow();
  expect(await leftovers(docker, owner)).toEqual([]);
});
