import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { engineEndpoints } from '../../../sandbox-server/setup/engine-endpoints.ts';
import type { Host } from '../../../sandbox-server/setup/types.ts';

let homeDir: string;
beforeEach(async () => {
  homeDir = await mkdtemp(join(tmpdir(), 'drydock-home-'));
});
afterEach(() => rm(homeDir, { recursive: true }));

function host(env: Host['env'] = {}): Host {
  return { env, platform: 'linux', arch: 'x64', uid: 1000, homeDir };
}

async function useContext(name: string, address: string): Promise<void> {
  const folder = join(homeDir, '.docker', 'contexts', 'meta', createHash('sha256').update(name).digest('hex'));
  await mkdir(folder, { recursive: true });
  await writeFile(join(homeDir, '.docker', 'config.json'), JSON.stringify({ currentContext: name }));
  await writeFile(join(folder, 'meta.json'), JSON.stringify({ Name: name, Endpoints: { docker: { Host: address } } }));
}

test('without any setting the default sockets are looked at', async () => {
  const found = await engineEndpoints(host({ XDG_RUNTIME_DIR: '/run/user/1000' }));
  expect(found.map(({ socketPath }) => socketPath)).toEqual(['/var/run/docker.sock', '/run/user/1000/docker.sock']);
});

test('what DOCKER_HOST names is the only one', async () => {
  await useContext('colima', 'unix:///colima.sock');
  const found = await engineEndpoints(host({ DOCKER_HOST: 'tcp://engine.example:2375' }));
  expect(found).toMatchObject([
    { because: 'DOCKER_HOST', dockerodeOptions: { protocol: 'http', host: 'engine.example', port: 2375 } },
  ]);
});

test('the current Docker context comes before the default', async () => {
  await useContext('colima', 'unix:///colima.sock');
  const [first, second] = await engineEndpoints(host());
  expect(first).toMatchObject({ socketPath: '/colima.sock', because: 'the Docker context “colima”' });
  expect(second?.socketPath).toBe('/var/run/docker.sock');
});
