import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import type Docker from 'dockerode';
import { DockerBackend } from '../../sandbox-server/backend/docker/docker-backend.ts';
import { labelsFor } from '../../sandbox-server/backend/docker/labels.ts';
import { egressName } from '../../sandbox-server/backend/docker/names.ts';
import { temporaryOwner } from '../../sandbox-server/backend/docker/temporary-owner.ts';
import { execToEnd } from '../../sandbox-server/backend/exec-to-end.ts';
import { leftovers, realDocker } from '../support/engine.ts';

const docker = realDocker();
const owner = temporaryOwner();
const volume = `drydock-test-hub-${process.pid}`;
const sandbox = { id: `hub${process.pid}`, machines: ['host'] };
const nowhere = 'http://nowhere.invalid';
const backend = new DockerBackend({
  docker,
  owner,
  images: inject('images'),
  upstreams: { debian: nowhere, debianSecurity: nowhere, npm: nowhere, hub: 'http://hub:5000' },
  cacheVolume: volume,
});
let hub: Docker.Container;

/** A registry that plays Docker Hub: busybox lies in it as `elsewhere`, a name that the course mirror does not have. */
const PLAY_HUB = `set -e; from=/srv/registry/docker/registry/v2; to=/tmp/hub/docker/registry/v2
mkdir -p $to/repositories/library; ln -s $from/blobs $to/blobs; cp -r $from/repositories/library/busybox $to/repositories/library/elsewhere
export REGISTRY_HTTP_ADDR=:5000 REGISTRY_STORAGE_FILESYSTEM_ROOTDIRECTORY=/tmp/hub
exec docker-registry serve /etc/drydock/registry.yml`;

async function sh(line: string) {
  const { exitCode, stdout, stderr } = await execToEnd(backend, sandbox, 'host', ['/bin/bash', '-c', line]);
  return { code: exitCode, printed: `${stdout.toString()}${stderr.toString()}` };
}

beforeAll(async () => {
  await docker.createNetwork({ Name: egressName(owner), Labels: labelsFor(owner, 'network') });
  hub = await docker.createContainer({
    Image: inject('images').mirror,
    Entrypoint: ['/bin/bash', '-c', PLAY_HUB],
    Labels: labelsFor(owner, 'cache'),
    HostConfig: { NetworkMode: egressName(owner) },
    NetworkingConfig: { EndpointsConfig: { [egressName(owner)]: { Aliases: ['hub'] } } },
  });
  await hub.start();
  await backend.create(sandbox);
});

afterAll(async () => {
  await backend.destroyAll();
  await docker.getVolume(volume).remove();
  expect(await leftovers(docker, owner)).toEqual([]);
});

test('an image that the course mirror lacks comes from Docker Hub, and stays when Docker Hub is gone', async () => {
  expect(await sh('docker pull -q elsewhere:1.37')).toMatchObject({ code: 0 });
  const digest = (await sh("docker image inspect -f '{{index .RepoDigests 0}}' elsewhere:1.37")).printed.trim();
  expect(digest).toMatch(/^elsewhere@sha256:/);
  await hub.stop({ t: 0 });
  expect(await sh(`docker rmi elsewhere:1.37 && docker pull -q ${digest}`)).toMatchObject({ code: 0 });
});

test('with Docker Hub gone, the labs’ images are there, and what is nowhere is refused at once as unknown', async () => {
  expect(await sh('docker pull -q busybox:1.37')).toMatchObject({ code: 0 });
  const { code, printed } = await sh('docker pull nothing/like-it:1');
  expect(code).toBe(1);
  expect(printed).toMatch(/manifest unknown/);
});

test('nothing can be pushed to it', async () => {
  const { code, printed } = await sh('docker tag busybox:1.37 busybox:mine && docker push busybox:mine');
  expect({ code, printed }).toMatchObject({ code: 1, printed: expect.stringMatching(/405|unsupported|denied/i) });
});
