import { afterAll, beforeAll, expect, test } from 'vitest';
import { execToEnd } from '../../sandbox-server/backend/exec-to-end.ts';
import type { SandboxRef } from '../../sandbox-server/backend/backend.ts';
import { CheckClients } from '../../sandbox-server/grader/check-clients.ts';
import type { RegistryChecks } from '../../sandbox-server/lab/registry-checks.ts';
import { prepareSandbox } from '../../sandbox-server/session/prepare-sandbox.ts';
import { leftovers, realBackend } from '../support/engine.ts';
import { labLesson } from '../support/lab-lesson.ts';

const SHOP = 'registry.shop.test/shop:1.0';

const under = realBackend();
let sandbox: SandboxRef;
let clients: CheckClients;
let registry: RegistryChecks;

beforeAll(async () => {
  sandbox = await under.backend.create({ id: `reg${process.pid}`, machines: ['host'], privateRegistry: true });
  await prepareSandbox(under.backend, sandbox, labLesson('c/m/l', { sandbox: { privateRegistry: true } }));
  clients = new CheckClients({ backend: under.backend, sandbox });
  registry = clients.context({ signal: new AbortController().signal }).registry;
});

afterAll(async () => {
  clients[Symbol.dispose]();
  await under[Symbol.asyncDispose]();
  expect(await leftovers(under.docker, under.owner)).toEqual([]);
});

async function sh(line: string, { of = sandbox } = {}): Promise<{ code: number | null; printed: string }> {
  const { exitCode, stdout, stderr } = await execToEnd(under.backend, of, 'host', ['/bin/bash', '-c', line], {
    workingDir: '/home/learner',
  });
  return { code: exitCode, printed: `${stdout.toString()}${stderr.toString()}` };
}

test('a push is refused without a login, goes through with one, and is pulled by its digest', async () => {
  expect(await sh(`docker pull -q busybox:1.37 && docker tag busybox:1.37 ${SHOP}`)).toMatchObject({ code: 0 });
  const refused = await sh(`docker push -q ${SHOP}`);
  expect(refused.code).toBe(1);
  expect(refused.printed).toMatch(/no basic auth credentials/);
  await expect(registry.image('shop:1.0')).rejects.toMatchObject({
    message: 'The registry has no shop:1.0.',
    details: { observed: 'an empty registry', missing: true },
  });

  const wrong = await sh('echo wrong | docker login registry.shop.test -u learner --password-stdin');
  expect(wrong.printed).toMatch(/401|unauthorized/i);
  const login = await sh('docker login registry.shop.test -u learner --password-stdin < ~/registry/password');
  expect(login).toMatchObject({ code: 0, printed: expect.stringContaining('Login Succeeded') });
  expect(await sh(`docker push -q ${SHOP}`)).toMatchObject({ code: 0 });

  const image = await registry.image('shop:1.0');
  const pushed = await clients.context({ signal: new AbortController().signal }).docker.image(SHOP);
  expect(image).toMatchObject({ id: pushed.id, diffIds: pushed.diffIds, config: { cmd: pushed.config.cmd } });
  expect(pushed.digests).toContain(`registry.shop.test/shop@${image.digest}`);
  expect(image.size).toBe(image.layers.reduce((sum, layer) => sum + layer.size, 0));
  expect(await registry.image(`shop@${image.digest}`)).toMatchObject({ digest: image.digest });
  expect(await registry.repositories()).toEqual(['shop']);
  expect(await registry.tags('shop')).toEqual(['1.0']);
  expect(await registry.hasImage('shop:2.0')).toBe(false);

  const pull = `docker rmi -f ${SHOP} && docker pull -q registry.shop.test/shop@${image.digest}`;
  expect(await sh(pull)).toMatchObject({ code: 0 });
  const out = await sh(`docker logout registry.shop.test && docker pull ${SHOP}`);
  expect(out).toMatchObject({ code: 1, printed: expect.stringContaining('no basic auth credentials') });
});

test('a sandbox that begins with a copy has what was pushed, and the same password', async () => {
  await using copy = await under.backend.copyDisks?.(sandbox);
  if (copy === undefined) throw new Error('this backend makes no copies of disks here');
  const spec = { id: `regcopy${process.pid}`, machines: ['host'], privateRegistry: true };
  const clone = await under.backend.create(spec, { from: copy });
  const here = { of: clone };
  const login = await sh('docker login registry.shop.test -u learner --password-stdin < ~/registry/password', here);
  expect(login).toMatchObject({ code: 0 });
  expect(await sh(`docker rmi -f ${SHOP}; docker pull -q ${SHOP}`, here)).toMatchObject({ code: 0 });
  const push = `docker tag ${SHOP} registry.shop.test/other:1 && docker push -q registry.shop.test/other:1`;
  expect(await sh(push, here)).toMatchObject({ code: 0 });
  expect(await registry.repositories()).toEqual(['shop']);
  await under.backend.destroy(clone.id);
});

test('it speaks TLS with a certificate that the machine trusts, and deletes nothing', async () => {
  const { digest } = await registry.image('shop:1.0');
  const curl = 'curl -s -o /dev/null -w "%{http_code}" -u "learner:$(cat ~/registry/password)"';
  expect(await sh('curl -s -o /dev/null -w "%{http_code}" https://registry.shop.test/v2/')).toMatchObject({
    printed: '401',
  });
  expect(await sh(`${curl} https://registry.shop.test/v2/_catalog`)).toMatchObject({ printed: '200' });
  expect(await sh(`${curl} -X DELETE https://registry.shop.test/v2/shop/manifests/${digest}`)).toMatchObject({
    printed: '405',
  });
  expect(await registry.hasImage('shop:1.0')).toBe(true);
});

test('the password is random, and for the learner’s eyes alone', async () => {
  expect((await sh('stat -c "%a %U" ~/registry/password && cat ~/registry/password')).printed).toMatch(
    /^600 learner\n[\w-]{24}\n$/,
  );
});

test('what it stores is bounded', async () => {
  const fill = ['/bin/sh', '-c', 'head -c 600M /dev/zero > /srv/private/storage/fill; rm /srv/private/storage/fill'];
  const { stderr } = await execToEnd(under.backend, sandbox, 'host', fill, { in: 'registry' });
  expect(stderr.toString()).toMatch(/No space left on device/);
  expect((await under.backend.stat(sandbox)).state).toBe('running');
});

test('a sandbox without one says so to the check that asks', async () => {
  const plain = { id: `plain${process.pid}`, machines: ['host'] };
  await under.backend.create(plain);
  using without = new CheckClients({ backend: under.backend, sandbox: plain });
  await expect(without.context({ signal: new AbortController().signal }).registry.tags('shop')).rejects.toThrow(
    'This lab has no private registry',
  );
});

test('a registry that dies is told as a lost part of its sandbox', async () => {
  const { promise, resolve } = Promise.withResolvers<object>();
  using _watching = under.backend.watch(resolve);
  const filters = { label: [`drydock.owner=${under.owner}`, `drydock.role=registry`] };
  const [container] = await under.docker.listContainers({ filters });
  await under.docker.getContainer(container!.Id).kill();
  expect(await promise).toEqual({ id: sandbox.id, machine: 'registry', reason: 'died' });
  expect(await under.backend.stat(sandbox)).toEqual({ state: 'degraded', down: ['registry'] });
});
