import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { Host } from './types.ts';

/** A place where an engine may listen. */
export interface Endpoint {
  /** `unix:///var/run/docker.sock` */
  address: string;
  /** What made us look there: `DOCKER_HOST`. */
  because: string;
  socketPath?: string;
  dockerodeOptions: object;
}

/**
 * Where the `docker` command would look, in its order. What DOCKER_HOST names is the only one when it is set: whoever
 * sets it does not want another.
 */
export async function engineEndpoints(host: Host): Promise<Endpoint[]> {
  const { env } = host;
  if (env['DOCKER_HOST']) return [await endpoint(env['DOCKER_HOST'], 'DOCKER_HOST', host)];
  const context = await contextAddress(host);
  const found =
    context === undefined ? [] : [await endpoint(context.address, `the Docker context “${context.name}”`, host)];
  for (const path of defaultSockets(host)) found.push(await endpoint(`unix://${path}`, 'the default', host));
  return found;
}

function defaultSockets({ env, platform, homeDir }: Host): string[] {
  if (platform === 'win32') return ['//./pipe/docker_engine'];
  const sockets = ['/var/run/docker.sock'];
  if (env['XDG_RUNTIME_DIR']) sockets.push(join(env['XDG_RUNTIME_DIR'], 'docker.sock'));
  if (platform === 'darwin') sockets.push(join(homeDir, '.docker', 'run', 'docker.sock'));
  return sockets;
}

async function endpoint(address: string, because: string, host: Host): Promise<Endpoint> {
  const socketPath = /^(?:unix|npipe):\/\/(.+)$/.exec(address)?.[1];
  if (socketPath !== undefined) return { address, because, socketPath, dockerodeOptions: { socketPath } };
  const url = new URL(address);
  if (url.protocol === 'ssh:') {
    return {
      address,
      because,
      dockerodeOptions: { protocol: 'ssh', host: url.hostname, port: Number(url.port) || 22, username: url.username },
    };
  }
  const secure = Boolean(host.env['DOCKER_TLS_VERIFY']);
  return {
    address,
    because,
    dockerodeOptions: {
      protocol: secure ? 'https' : 'http',
      host: url.hostname,
      port: Number(url.port) || (secure ? 2376 : 2375),
      ...(secure && (await certificates(host))),
    },
  };
}

async function certificates({ env, homeDir }: Host): Promise<{ ca: Buffer; cert: Buffer; key: Buffer }> {
  const folder = env['DOCKER_CERT_PATH'] ?? join(homeDir, '.docker');
  const [ca, cert, key] = await Promise.all(
    ['ca.pem', 'cert.pem', 'key.pem'].map((name) => readFile(join(folder, name))),
  );
  return { ca: ca as Buffer, cert: cert as Buffer, key: key as Buffer };
}

const clientConfig = z.object({ currentContext: z.string().optional() });
const contextMeta = z.object({ Endpoints: z.object({ docker: z.object({ Host: z.string() }) }) });

async function contextAddress({ env, homeDir }: Host): Promise<{ name: string; address: string } | undefined> {
  const folder = env['DOCKER_CONFIG'] ?? join(homeDir, '.docker');
  const config = clientConfig.safeParse(await readJson(join(folder, 'config.json')));
  const name = env['DOCKER_CONTEXT'] ?? config.data?.currentContext;
  if (name === undefined || name === '' || name === 'default') return undefined;
  const id = createHash('sha256').update(name).digest('hex');
  const meta = contextMeta.safeParse(await readJson(join(folder, 'contexts', 'meta', id, 'meta.json')));
  return meta.success ? { name, address: meta.data.Endpoints.docker.Host } : undefined;
}

async function readJson(path: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(path, 'utf8'));
  } catch {
    return undefined;
  }
}
