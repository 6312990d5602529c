import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Docker from 'dockerode';
import { expect, inject, test } from 'vitest';
import type { LostPart, SandboxRef } from '../../sandbox-server/backend/backend.ts';
import { DockerBackend } from '../../sandbox-server/backend/docker/docker-backend.ts';
import { LABEL, labelsFor, ownedBy } from '../../sandbox-server/backend/docker/labels.ts';
import { temporaryOwner } from '../../sandbox-server/backend/docker/temporary-owner.ts';
import { execInContainer } from '../../sandbox-server/backend/docker/exec.ts';
import { execToEnd, toEnd } from '../../sandbox-server/backend/exec-to-end.ts';
import { leftovers, realBackend, realDocker } from '../support/engine.ts';

import { backendContract } from './backend.contract.ts';
import { dockerUnderTest } from './docker-under-test.ts';

const MEBIBYTE = 1024 * 1024;
/** Disks are looked at every ten seconds. */
const NOTICED_MS = 30_000;

backendContract('Docker backend', () => {
  const { backend, docker, owner, [Symbol.asyncDispose]: dispose } = realBackend();
  return Promise.resolve(dockerUnderTest({ backend, docker, owner, dispose }));
});

test('an engine that is not there is told as engine-gone', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'drydock-gone-'));
  const docker = new Docker({ socketPath: join(folder, 'no.sock') });
  const backend = new DockerBackend({ docker, owner: temporaryOwner(), images: inject('images') });
  const gone = { code: 'engine-gone', status: 503 };
  const sandbox = { id: 'abcd', machines: ['host'] };
  await expect(backend.create(sandbox)).rejects.toMatchObject(gone);
  await expect(backend.exec(sandbox, 'host', ['true'])).rejects.toMatchObject(gone);
  await expect(backend.stat(sandbox)).rejects.toMatchObject(gone);
  await expect(backend.list()).rejects.toMatchObject(gone);
  await expect(backend.destroy('abcd')).rejects.toMatchObject(gone);
  await rm(folder, { recursive: true });
});

test.each(['engine', 'shell', 'mirror'] as const)(
  'a missing %s image is told as image-missing, and nothing is left',
  async (which) => {
    const docker = realDocker();
    const owner = temporaryOwner();
    const backend = new DockerBackend({ docker, owner, images: { ...inject('images'), [which]: 'drydock/missing:1' } });
    await expect(backend.create({ id: 'abcd', machines: ['host'] })).rejects.toMatchObject({ code: 'image-missing' });
    await backend.destroyAll();
    expect(await leftovers(docker, owner)).toEqual([]);
  },
);

test('two servers on one engine leave each other’s sandboxes alone', async () => {
  await using one = realBackend();
  await using two = realBackend();
  const sandbox = await one.backend.create({ id: 'same', machines: ['host'] });
  await two.backend.create({ id: 'same', machines: ['host'] });
  expect(await one.backend.list()).toEqual(['same']);
  await two.backend.destroyAll();
  expect(await leftovers(two.docker, two.owner)).toEqual([]);
  expect(await one.backend.stat(sandbox)).toEqual({ state: 'running', down: [] });
});

test('the mirror that died is started again for the next sandbox', async () => {
  await using one = realBackend();
  await one.backend.prepare();
  const filters = ownedBy(one.owner);
  filters.label.push(`${LABEL.role}=mirror`);
  const [mirror] = await one.docker.listContainers({ filters });
  await one.docker.getContainer(mirror!.Id).kill();
  const sandbox = await one.backend.create({ id: 'abcd', machines: ['host'] });
  const { exitCode } = await execToEnd(one.backend, sandbox, 'host', ['docker', 'pull', 'busybox:1.37']);
  expect(exitCode).toBe(0);
});

test('the host has no address on a sandbox’s network, and no IPv6 on its bridge nor on what is plugged into it', async () => {
  await using one = realBackend();
  await one.backend.create({ id: 'abcd', machines: ['host'] });
  const [network] = await one.docker.listNetworks({ filters: ownedBy(one.owner, 'abcd') });
  const bridge = `br-${network!.Id.slice(0, 12)}`;
  const host = await one.docker.createContainer({
    Image: inject('images').engine,
    Entrypoint: ['sleep', '60'],
    Labels: labelsFor(one.owner, 'shell'),
    HostConfig: { NetworkMode: 'host', Init: true },
  });
  await host.start();
  const onHost = async (line: string) => {
    const { stdout } = await toEnd(await execInContainer(host, ['sh', '-c', line]));
    return stdout.toString().trim().split(/\s+/);
  };
  const ends = await onHost(`ls /sys/class/net/${bridge}/brif`);
  // The engine's and the mirror's.
  expect(ends).toHaveLength(2);
  const withIpv6 = await onHost('ls /proc/sys/net/ipv6/conf');
  for (const name of [bridge, ...ends]) expect(withIpv6).not.toContain(name);
  // An address would bring a route.
  expect(await onHost('cat /proc/net/route')).not.toContain(bridge);
});

test('without loop devices a machine works, and comes back with its files', async () => {
  const docker = realDocker();
  const owner = temporaryOwner();
  const backend = new DockerBackend({ docker, owner, images: inject('images'), sizedDisks: false });
  await using cleanUp = new AsyncDisposableStack();
  cleanUp.defer(() => backend.destroyAll());
  const sandbox = await backend.create({ id: 'abcd', machines: ['host'] });
  const run = (line: string) => execToEnd(backend, sandbox, 'host', ['sh', '-c', line]);
  expect(await run('echo kept > ~/kept && docker create --name one busybox:1.37')).toMatchObject({ exitCode: 0 });
  expect(await backend.copyDisks(sandbox)).toBeUndefined();
  const containers = await docker.listContainers({ filters: ownedBy(owner, 'abcd') });
  await Promise.all(containers.map(({ Id }) => docker.getContainer(Id).kill()));
  await backend.revive(sandbox);
  expect(await run('cat ~/kept && docker start -a one')).toMatchObject({ exitCode: 0 });
});

test('without loop devices a machine with too much on its disk is stopped and told, and its neighbour is not', async () => {
  const docker = realDocker();
  const owner = temporaryOwner();
  const limits = { diskBytes: 100 * MEBIBYTE };
  const backend = new DockerBackend({ docker, owner, images: inject('images'), sizedDisks: false, limits });
  await using cleanUp = new AsyncDisposableStack();
  cleanUp.defer(() => backend.destroyAll());
  const sandbox = await backend.create({ id: 'abcd', machines: ['host'] });
  const neighbour = await backend.create({ id: 'efgh', machines: ['host'] });
  const lost: LostPart[] = [];
  cleanUp.use(backend.watch((part) => void lost.push(part)));
  const run = async (of: SandboxRef, line: string) =>
    expect(await execToEnd(backend, of, 'host', ['sh', '-c', line])).toMatchObject({ exitCode: 0 });
  await run(neighbour, 'head -c 50M /dev/zero > ~/half');
  // What a container wrote, as a user who is not the learner, to where the learner may not look.
  await run(sandbox, `docker run --user 1234 busybox:1.37 sh -c 'umask 077; head -c 150000000 /dev/zero > /tmp/file'`);
  await expect.poll(() => lost, { timeout: NOTICED_MS }).toEqual([{ id: 'abcd', machine: 'host', reason: 'diskFull' }]);
  await expect.poll(() => backend.stat(sandbox)).toEqual({ state: 'degraded', down: ['host'] });
  expect(await backend.stat(neighbour)).toEqual({ state: 'running', down: [] });
});

test('a copy of disks has no name, and its room is free again when it is disposed of', async () => {
  await using one = realBackend();
  const sandbox = await one.backend.create({ id: 'abcd', machines: ['host'] });
  const copy = await one.backend.copyDisks(sandbox);
  const filters = ownedBy(one.owner);
  filters.label.push(`${LABEL.role}=disks`);
  const [disks] = await one.docker.listContainers({ filters });
  const inside = async (line: string) => {
    const { stdout } = await toEnd(await execInContainer(one.docker.getContainer(disks!.Id), ['sh', '-c', line]));
    return stdout.toString();
  };
  const KEPT = 'ls -l /proc/[0-9]*/fd 2> /dev/null | grep -c " 8 -> /disks/.*(deleted)"';
  expect(await inside('ls /disks')).toBe('');
  expect(await inside(KEPT)).toBe('1\n');
  await copy?.[Symbol.asyncDispose]();
  await expect.poll(() => inside(KEPT)).toBe('0\n');
});
