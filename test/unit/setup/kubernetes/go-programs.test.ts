import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { KIND } from '../../../../sandbox-server/setup/kubernetes/components.ts';
import {
  componentVersion,
  ensureGoPrograms,
  goProgramsFolder,
  type GoProgramsOptions,
} from '../../../../sandbox-server/setup/kubernetes/go-programs.ts';
import { silentProgress } from '../../../../sandbox-server/setup/progress.ts';
import { host } from '../../../../scripts/options.ts';

let folder = '';
let options: GoProgramsOptions;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'drydock-go-'));
  options = {
    host: { ...host, env: { PATH: join(folder, 'no-programs') } },
    modulesDir: join(import.meta.dirname, '../../../../images/kubernetes/go'),
    cacheDir: join(folder, 'cache'),
    arch: 'x64',
    progress: silentProgress,
  };
});
afterEach(() => rm(folder, { recursive: true }));

test('without Go it says so, and what to install', async () => {
  await expect(ensureGoPrograms(KIND, options)).rejects.toMatchObject({
    problem: {
      what: 'Kubernetes’ kind is built with Go, and there is no Go on this machine.',
      fix: expect.stringContaining('Install Go'),
    },
  });
});

test('what was built before is taken as it is, without Go', async () => {
  const built = await goProgramsFolder(KIND, options);
  await mkdir(built, { recursive: true });
  expect(await ensureGoPrograms(KIND, options)).toBe(built);
});

test('other modules, another processor or other programs have a folder of their own', async () => {
  const modulesDir = join(folder, 'modules');
  await mkdir(join(modulesDir, 'kind'), { recursive: true });
  await writeFile(join(modulesDir, 'kind', 'go.mod'), 'module x\n\nrequire sigs.k8s.io/kind v0.1.0\n');
  const folders = await Promise.all([
    goProgramsFolder(KIND, options),
    goProgramsFolder(KIND, { ...options, arch: 'arm64' }),
    goProgramsFolder(KIND, { ...options, modulesDir }),
    goProgramsFolder({ ...KIND, tags: 'x' }, options),
  ]);
  expect(new Set(folders).size).toBe(4);
  expect(await componentVersion(KIND, modulesDir)).toBe('v0.1.0');
});
