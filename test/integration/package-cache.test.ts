import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import type Docker from 'dockerode';
import { pack } from 'tar-stream';
import { Readable } from 'node:stream';
import type { SandboxRef } from '../../sandbox-server/backend/backend.ts';
import { DockerBackend } from '../../sandbox-server/backend/docker/docker-backend.ts';
import { labelsFor, ownedBy } from '../../sandbox-server/backend/docker/labels.ts';
import { egressName } from '../../sandbox-server/backend/docker/names.ts';
import { temporaryOwner } from '../../sandbox-server/backend/docker/temporary-owner.ts';
import { execToEnd } from '../../sandbox-server/backend/exec-to-end.ts';
import { findUpstreams } from '../../sandbox-server/setup/upstreams.ts';
import { host } from '../../scripts/options.ts';
import { leftovers, realDocker } from '../support/engine.ts';

const docker = realDocker();

async function inSandbox(backend: DockerBackend, sandbox: SandboxRef, line: string) {
  const { exitCode, stdout, stderr } = await execToEnd(backend, sandbox, 'host', ['/bin/bash', '-c', line], {
    workingDir: '/home/learner',
  });
  return { code: exitCode, printed: `${stdout.toString()}${stderr.toString()}` };
}

/** Bytes that a cache received over its egress network. */
async function received(owner: string): Promise<number> {
  const filters = ownedBy(owner);
  filters.label.push('drydock.role=cache');
  const [cache] = await docker.listContainers({ filters });
  const { networks } = await docker.getContainer(cache!.Id).stats({ stream: false });
  return networks['eth0']?.rx_bytes ?? Number.NaN;
}

describe('with the places that this machine takes its own packages from', () => {
  const owner = temporaryOwner();
  const sandbox = { id: `pkg${process.pid}`, machines: ['host'] };
  let backend: DockerBackend;

  beforeAll(async () => {
    backend = new DockerBackend({ docker, owner, images: inject('images'), upstreams: await findUpstreams(host) });
    await backend.create(sandbox);
  });

  afterAll(async () => {
    await backend.destroyAll();
    expect(await leftovers(docker, owner)).toEqual([]);
  });

  test(
    'RUN apt-get install works in a build, and the second time nothing comes over the line',
    { timeout: 180_000 },
    async () => {
      const build = `printf 'FROM debian:13-slim\\nRUN apt-get update && apt-get install -y hello && hello\\n' | docker build --no-cache -`;
      const first = await inSandbox(backend, sandbox, build);
      expect(first.printed).toMatch(/Hello, world!/);
      expect(first.code).toBe(0);
      const before = await received(owner);
      expect((await inSandbox(backend, sandbox, build)).code).toBe(0);
      // A minute later it asks whether the index is still the same, which is a few hundred bytes.
      expect((await received(owner)) - before).toBeLessThan(200_000);
    },
  );

  test('RUN npm ci works in a build with one line in .npmrc', { timeout: 180_000 }, async () => {
    const project = [
      'mkdir -p app && cd app',
      'echo registry=http://registry.npmjs.org/ > .npmrc',
      `echo '{"name":"app","version":"1.0.0","dependencies":{"is-number":"7.0.0","@sindresorhus/is":"7.0.1"}}' > package.json`,
      'cat > Dockerfile << "END"',
      'FROM node:22-slim',
      'WORKDIR /app',
      'COPY . .',
      // A lockfile as it is made elsewhere names https.
      'RUN npm install --package-lock-only && sed -i s,http://registry,https://registry, package-lock.json && npm ci',
      `RUN node -p "require('is-number')(7)"`,
      'END',
      'docker build --no-cache --progress plain .',
    ];
    const { code, printed } = await inSandbox(backend, sandbox, project.join('\n'));
    expect(printed).toMatch(/added 2 packages[\s\S]*true/);
    expect(code).toBe(0);
  });
});

/** A place to get packages from: counts who asks, and can be taken away. */
const UPSTREAM = `daemon off; pid /tmp/p; error_log stderr; events {}
http { access_log /tmp/asked; client_body_temp_path /tmp/b; proxy_temp_path /tmp/c; fastcgi_temp_path /tmp/d; uwsgi_temp_path /tmp/e; scgi_temp_path /tmp/f;
server { listen 8000; location / { default_type text/plain; return 200 "this is $request_uri"; } } }`;

describe('with a place of the test’s own', () => {
  const owner = temporaryOwner();
  const volume = `drydock-test-${process.pid}`;
  const sandbox = { id: `own${process.pid}`, machines: ['host'] };
  const upstreams = {
    debian: 'http://place:8000/debian',
    debianSecurity: 'http://place:8000/security',
    npm: 'http://place:8000/npm',
  };
  const backend = new DockerBackend({ docker, owner, images: inject('images'), upstreams, cacheVolume: volume });
  let place: Docker.Container;

  const curl = async (options: string) =>
    (await inSandbox(backend, sandbox, `curl -s --max-time 40 -w ' %{http_code}' ${options}`)).printed;
  const asked = async () => {
    const run = await place.exec({ Cmd: ['grep', '-c', '', '/tmp/asked'], AttachStdout: true, Tty: true });
    const stream = await run.start({ Tty: true });
    let printed = '';
    for await (const chunk of stream) printed += String(chunk);
    return Number(printed);
  };

  beforeAll(async () => {
    await docker.createNetwork({ Name: egressName(owner), Labels: labelsFor(owner, 'network') });
    place = await docker.createContainer({
      Image: inject('images').mirror,
      Entrypoint: ['nginx', '-c', '/tmp/upstream.nginx'],
      Labels: labelsFor(owner, 'cache'),
      HostConfig: { NetworkMode: egressName(owner) },
      NetworkingConfig: { EndpointsConfig: { [egressName(owner)]: { Aliases: ['place'] } } },
    });
    const archive = pack();
    archive.entry({ name: 'upstream.nginx' }, UPSTREAM);
    archive.finalize();
    await place.putArchive(Readable.from(archive), { path: '/tmp' });
    await place.start();
    await backend.create(sandbox);
  });

  afterAll(async () => {
    await backend.destroyAll();
    await docker.getVolume(volume).remove();
    expect(await leftovers(docker, owner)).toEqual([]);
  });

  test('twenty who ask for the same file at once cost the line once', async () => {
    const before = await asked();
    const file = 'http://deb.debian.org/debian/pool/main/s/shop/shop_1.0_all.deb';
    const { printed } = await inSandbox(backend, sandbox, `for i in $(seq 20); do curl -s ${file} & done; wait`);
    expect(printed).toBe('this is /debian/pool/main/s/shop/shop_1.0_all.deb'.repeat(20));
    // What follows a question mark is not handed on, so it cannot fill the cache with copies.
    expect(await curl(`'${file}?${'x'.repeat(20)}'`)).toMatch(/^this is [^?]+ 200/);
    expect((await asked()) - before).toBe(1);
  });

  test('npm’s addresses, by https too', async () => {
    expect(await curl('https://registry.npmjs.org/@scope%2fname')).toMatch(/^this is \/npm\/@scope\/name 200/);
    expect(await curl('http://registry.npmjs.org/name/-/name-1.0.0.tgz')).toMatch(/name-1.0.0.tgz 200/);
  });

  test.each([
    ['a write', '-X POST -d x http://registry.npmjs.org/name', 405],
    ['a publication', '-X PUT -d x http://registry.npmjs.org/name', 405],
    ['a login', 'http://registry.npmjs.org/-/v1/login', 403],
    ['a path of another kind', 'http://deb.debian.org/other/pool/x', 403],
    ['a way up', '--path-as-is http://deb.debian.org/debian/pool/../../../etc/passwd', 400],
    ['another name', '-H "Host: example.com" http://deb.debian.org/', 421],
    ['a proxy’s work', '-x http://deb.debian.org:80 http://example.com/', 421],
    ['a tunnel', '-x http://deb.debian.org:80 -p http://example.com/', 0],
    ['the cache itself', 'http://cache:8080/debian/pool/x', 0],
  ])('%s is refused', async (_what, options, code) => {
    expect(await curl(options)).toMatch(new RegExp(` ${code === 0 ? '000' : code}$`));
  });

  test(
    'offline, what is there is served whatever its age, and the rest is refused at once with the reason',
    { timeout: 120_000 },
    async () => {
      const index = 'http://deb.debian.org/debian/dists/trixie/InRelease';
      expect(await curl(index)).toMatch(/InRelease 200/);
      await place.stop({ t: 0 });
      // An index counts as fresh for a minute.
      const { code, printed } = await inSandbox(backend, sandbox, `sleep 61; curl -s ${index}`);
      expect({ code, printed }).toEqual({ code: 0, printed: 'this is /debian/dists/trixie/InRelease' });
      const missing = await curl('http://deb.debian.org/debian/pool/main/n/new/new_1.0_all.deb');
      expect(missing).toMatch(/does not have it yet, and cannot reach where it comes from"}\s+403$/);
    },
  );
});

test('without a package cache, packages are refused at once', async () => {
  const owner = temporaryOwner();
  const backend = new DockerBackend({ docker, owner, images: inject('images') });
  try {
    const sandbox = await backend.create({ id: `none${process.pid}`, machines: ['host'] });
    const { printed } = await inSandbox(backend, sandbox, 'curl -s --max-time 40 http://deb.debian.org/debian/pool/x');
    expect(printed).toMatch(/package cache does not run/);
  } finally {
    await backend.destroyAll();
  }
});
