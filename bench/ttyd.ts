import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type Docker from 'dockerode';
import { folderPart } from '../sandbox-server/setup/build-context.ts';
import { buildImage } from '../sandbox-server/setup/build-image.ts';
import { hashPaths, shortHash } from '../sandbox-server/setup/content-hash.ts';
import { imageTag } from '../sandbox-server/setup/image-names.ts';
import type { Progress } from '../sandbox-server/setup/types.ts';
import type { Bed } from './bed.ts';

const STARTS_WITHIN_MS = 10_000;

/** Builds ttyd unless the engine has it; returns its tag. */
export async function ensureTtyd(docker: Docker, base: string, progress: Progress): Promise<string> {
  const tag = imageTag('bench-ttyd', shortHash([await hashPaths(import.meta.dirname, ['ttyd']), base]));
  try {
    await docker.getImage(tag).inspect();
  } catch (error) {
    if ((error as { statusCode?: number }).statusCode !== 404) throw error;
    const done = progress.step('ttyd, to measure beside');
    await buildImage(docker, {
      tag,
      context: [folderPart(join(import.meta.dirname, 'ttyd'))],
      buildArgs: { BASE: base },
      labels: { 'drydock.image': 'bench-ttyd' },
    });
    done();
  }
  return tag;
}

/** ttyd on a port of this machine: each connection is a shell in the container, as `docker exec -it` gives it. */
export class Ttyd implements AsyncDisposable {
  readonly port: number;
  readonly #container: Docker.Container;

  private constructor(port: number, container: Docker.Container) {
    this.port = port;
    this.#container = container;
  }

  /** On the same container as our own terminals. */
  static async beside(bed: Bed, shell: string, labels: Record<string, string>): Promise<Ttyd> {
    const socket = '/run/engine.sock';
    const port = await freePort();
    const command = ['docker', '-H', `unix://${socket}`, 'exec', '-it', shell, '/bin/bash', '-l'];
    const container = await bed.docker.createContainer({
      Image: bed.options.ttyd,
      Cmd: ['--port', String(port), '--interface', '127.0.0.1', '--writable', '--', ...command],
      Labels: labels,
      HostConfig: { NetworkMode: 'host', Init: true, Binds: [`${bed.options.socketPath}:${socket}`] },
    });
    await container.start();
    const ttyd = new Ttyd(port, container);
    const deadline = performance.now() + STARTS_WITHIN_MS;
    while (!(await answers(port))) {
      if (performance.now() > deadline) {
        await ttyd[Symbol.asyncDispose]();
        throw new Error(`ttyd does not listen on port ${port}`);
      }
      await sleep(50);
    }
    return ttyd;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#container.remove({ force: true });
  }
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy();
      resolve(true);
    });
    socket.on('error', () => resolve(false));
  });
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  if (address === null || typeof address === 'string') throw new Error('no free port');
  return address.port;
}
