import { expect, test } from 'vitest';
import { registryChecks } from '../../../sandbox-server/grader/registry-checks.ts';
import { NotYet } from '../../../sandbox-server/lab/not-yet.ts';
import { FakeBackend, runOn } from './fake-backend.ts';
import { NEVER } from './fake-engine.ts';

const IMAGE = `sha256:${'a'.repeat(64)}`;
const CONFIG = `sha256:${'c'.repeat(64)}`;

/** Answers by what follows `/v2/` in the address. */
function registry(answers: Record<string, { status?: number; digest?: string; body: unknown }>) {
  const backend = new FakeBackend((process) => {
    process.stdin.resume();
    const path = process.command.at(-1)?.split('/v2/')[1] ?? '';
    const { status = 200, digest = '', body } = answers[path] ?? { status: 404, body: {} };
    process.stdout.write(JSON.stringify(body));
    process.stderr.write(`${status} ${digest}`);
    process.exit(0);
  });
  return { backend, registry: registryChecks(runOn(backend), NEVER) };
}

const CATALOG = { '_catalog?n=100': { body: { repositories: ['shop', 'web'] } } };

test('an image that is not there is "not yet", with what is there instead', async () => {
  const some = registry({ ...CATALOG, 'shop/tags/list': { body: { tags: ['2.0', '1.0'] } } }).registry;
  await expect(some.image('shop:3.0')).rejects.toMatchObject({
    message: 'The registry has no shop:3.0.',
    details: { observed: 'shop with the tags 1.0, 2.0', missing: true },
  });
  await expect(some.image('other')).rejects.toMatchObject({ details: { observed: 'only shop, web' } });
  expect(await some.hasImage('other:1')).toBe(false);
  expect(await some.tags('other')).toEqual([]);
});

test('of an index, the image for a machine is the one that is told', async () => {
  const { registry: some, backend } = registry({
    'team/shop/manifests/1.0': {
      digest: 'sha256:index',
      body: {
        mediaType: 'application/vnd.oci.image.index.v1+json',
        manifests: [
          { digest: 'sha256:statement', platform: { architecture: 'unknown', os: 'unknown' } },
          { digest: IMAGE, platform: { architecture: 'amd64', os: 'linux' } },
        ],
      },
    },
    [`team/shop/manifests/${IMAGE}`]: {
      digest: IMAGE,
      body: {
        config: { digest: CONFIG, size: 2 },
        layers: [
          { digest: 'sha256:1', size: 3 },
          { digest: 'sha256:2', size: 4 },
        ],
      },
    },
    [`team/shop/blobs/${CONFIG}`]: {
      body: {
        architecture: 'amd64',
        os: 'linux',
        config: { Env: ['A=b'], User: 'node' },
        rootfs: { diff_ids: ['sha256:x'] },
      },
    },
  });
  expect(await some.image('team/shop:1.0')).toMatchObject({
    digest: 'sha256:index',
    id: CONFIG,
    size: 7,
    diffIds: ['sha256:x'],
    config: { env: { A: 'b' }, user: 'node', cmd: [] },
  });
  expect(backend.started.every(({ options }) => options.in === 'registry')).toBe(true);
});

test('a registry that fails is our fault, never the learner’s', async () => {
  const broken = registry({ 'shop/tags/list': { status: 503, body: {} } }).registry;
  await expect(broken.tags('shop')).rejects.toSatisfy(
    (error) => error instanceof Error && !(error instanceof NotYet) && error.message.includes('503'),
  );
  await expect(broken.image('registry.shop.test:443/shop:1')).rejects.toThrow('write shop:1.0');
});
