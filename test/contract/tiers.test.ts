import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { chooseTier } from '../../sandbox-server/backend/docker/choose-tier.ts';
import { DockerBackend } from '../../sandbox-server/backend/docker/docker-backend.ts';
import { temporaryOwner } from '../../sandbox-server/backend/docker/temporary-owner.ts';
import { tierOf, type TriedTier } from '../../sandbox-server/backend/docker/tier.ts';
import { execToEnd } from '../../sandbox-server/backend/exec-to-end.ts';
import { leftovers, realDocker } from '../support/engine.ts';
import { PrivateEngine } from '../support/private-engine.ts';
import { renamedRunc, runcWithoutSysResource } from '../support/runtimes.ts';
import { backendContract } from './backend.contract.ts';
import { dockerUnderTest } from './docker-under-test.ts';

const OTHER = 'runc-by-another-name';
/** It starts with copies of the images. */
const ENGINE_START_MS = 240_000;
/** Two sandboxes, one after the other, and what they pull. */
const TIER_MS = 180_000;

const stack = new AsyncDisposableStack();
let engine: PrivateEngine;

beforeAll(async () => {
  const images = inject('images');
  const other = stack.use(await renamedRunc());
  const standard = stack.use(await runcWithoutSysResource());
  engine = stack.use(
    await PrivateEngine.start({
      from: inject('dockerodeOptions'),
      images: [images.engine, images.shell, images.mirror],
      args: [
        ...['--add-runtime', `${OTHER}=${other.path}`],
        ...['--add-runtime', `standard=${standard.path}`, '--default-runtime', 'standard'],
      ],
    }),
  );
}, ENGINE_START_MS);

afterAll(() => stack.disposeAsync());

function backendOf(tier: TriedTier) {
  const { docker } = engine;
  const owner = temporaryOwner();
  return { docker, owner, backend: new DockerBackend({ docker, owner, images: inject('images'), tier }) };
}

backendContract('Docker backend in the tier of a further runtime', () => {
  const parts = backendOf({ tier: tierOf(OTHER, [OTHER])!, gives: [] });
  return Promise.resolve(dockerUnderTest({ ...parts, dispose: () => parts.backend.destroyAll() }));
});

test(
  'in the tier of a further runtime each sandbox’s engine is started by it, and nothing else',
  async () => {
    const { tried } = await chooseTier(OTHER, engine.docker, inject('images'));
    expect(tried).toMatchObject({ tier: { name: OTHER, privileged: false } });
    expect(tried!.gives).not.toContain('cgroups');
    const { backend, docker, owner } = backendOf(tried!);
    await backend.create({ id: 'abcd', machines: ['host'] });
    const filters = { label: [`drydock.owner=${owner}`] };
    const runtimes = await Promise.all(
      (await docker.listContainers({ filters })).map(async ({ Id, Labels }) => {
        const { HostConfig } = await docker.getContainer(Id).inspect();
        return `${Labels['drydock.role']} ${HostConfig.Runtime} ${HostConfig.Privileged}`;
      }),
    );
    expect(runtimes.toSorted()).toEqual([
      'disks standard false',
      `engine ${OTHER} false`,
      'mirror standard false',
      'shell standard false',
    ]);
    await backend.destroyAll();
  },
  TIER_MS,
);

test('an unknown tier is one error, which lists what there is', async () => {
  await expect(chooseTier('kata', realDocker(), inject('images'))).rejects.toThrow(
    /no isolation tier “kata” here\. --tier takes rootless \(the default\), privileged; /,
  );
});

test(
  'a privileged sandbox limits single containers, its learner is nobody, and nothing of it is left',
  async () => {
    const { tried, problem } = await chooseTier('privileged', engine.docker, inject('images'));
    expect(problem).toBeUndefined();
    expect(tried).toMatchObject({ tier: { privileged: true }, gives: expect.arrayContaining(['cgroups']) });
    const { backend, docker, owner } = backendOf(tried!);
    expect(await backend.lacks(['cgroups', 'egress'])).toEqual(['egress']);
    const sandbox = await backend.create({ id: 'abcd', machines: ['host'] });
    const sh = async (line: string) => {
      const { stdout, exitCode } = await execToEnd(backend, sandbox, 'host', ['/bin/sh', '-c', line]);
      return { out: stdout.toString(), code: exitCode };
    };
    expect(await sh('id -un; ls /var/run/docker.sock 2>/dev/null; docker run --rm hello-world | grep Hello')).toEqual({
      out: 'learner\nHello from Docker!\n',
      code: 0,
    });
    expect(
      (await sh("docker run --rm --privileged busybox:1.37 sh -c 'mkdir /m && mount -t tmpfs none /m'")).code,
    ).toBe(0);
    const page = await sh('docker run -d -p 8080:80 nginx:1.26; curl -s --retry 10 --retry-connrefused localhost:8080');
    expect(page.out).toContain('<html');
    await backend.destroyAll();
    expect(await leftovers(docker, owner)).toEqual([]);
  },
  TIER_MS,
);

test('where the machine itself lacks a capability, the privileged tier says so and what to do', async () => {
  const { tried, problem } = await chooseTier('privileged', realDocker(), inject('images'));
  // Where it works, as with a newer engine, it gives what rootless cannot.
  const works = tried?.gives.includes('cgroups') === true;
  const told = /asks for every capability.* or start without --tier/.test(`${problem?.what} ${problem?.fix}`);
  expect([works, told].toSorted()).toEqual([false, true]);
});
