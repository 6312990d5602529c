import { readFile } from 'node:fs/promises';
import type { Upstreams } from '../backend/docker/cache.ts';
import { debianMirror } from './debian-mirror.ts';
import { findRegistry } from './registry.ts';
import { runCommand } from './run-command.ts';
import type { Host } from './types.ts';

const NPM = 'https://registry.npmjs.org';
const DOCKER_HUB = 'https://registry-1.docker.io';
/** npm takes half a second to say it, on a busy machine a few. */
const NPM_MS = 15_000;

/** Where systems keep the authorities they trust, all in one file: Debian, Fedora, macOS. */
const BUNDLES = ['/etc/ssl/certs/ca-certificates.crt', '/etc/pki/tls/certs/ca-bundle.crt', '/etc/ssl/cert.pem'];

/** How this machine itself reaches Debian, npm and Docker Hub, for the package cache to do the same. */
export async function findUpstreams(host: Host): Promise<Upstreams> {
  const configured = host.env['DRYDOCK_REGISTRY'];
  const [debian, npm, registry, certificates] = await Promise.all([
    debianMirror(),
    npmRegistry(host),
    findRegistry(configured),
    trusted(host),
  ]);
  return {
    debian: debian.main,
    debianSecurity: debian.security,
    npm,
    ...(registry === undefined ? {} : { hub: configured ? hubAddress(configured) : DOCKER_HUB }),
    ...(certificates === undefined ? {} : { certificates }),
  };
}

/** `localhost:5000` → `http://localhost:5000`, as an engine would reach it. */
function hubAddress(registry: string): string {
  return /^(localhost|127\.)/.test(registry) ? `http://${registry}` : `https://${registry}`;
}

async function npmRegistry(host: Host): Promise<string> {
  const said = await runCommand(['npm', 'config', 'get', 'registry'], {
    env: host.env,
    signal: AbortSignal.timeout(NPM_MS),
  }).catch(() => '');
  const address = said.trim().split('\n').at(-1) ?? '';
  return URL.canParse(address) ? address.replace(/\/+$/, '') : NPM;
}

async function trusted(host: Host): Promise<string | undefined> {
  const named = host.env['SSL_CERT_FILE'] || host.env['NODE_EXTRA_CA_CERTS'];
  for (const file of [...BUNDLES, ...(named ? [named] : [])]) {
    const content = await readFile(file, 'utf8').catch(() => undefined);
    if (content?.includes('BEGIN CERTIFICATE') === true) return content;
  }
  return undefined;
}
