import type Docker from 'dockerode';
import { join } from 'node:path/posix';
import { toEnd } from '../exec-to-end.ts';
import { ensureContainer } from './ensure-container.ts';
import { execInContainer } from './exec.ts';
import { KeptContainer } from './kept-container.ts';
import { labelsFor } from './labels.ts';
import { usageName } from './names.ts';

const VOLUMES = '/volumes';
/** A class whose machines are all full of small files, on a slow disk. */
const COUNT_MS = 10 * 60_000;
const MEMORY_BYTES = 256 * 1024 ** 2;
const PIDS = 16;
/** Counting waits for whoever types or builds. */
const CPU_SHARES = 32;

/**
 * Counts what volumes take of the disk of the engine's host, in a small container that may read everything in them and do nothing
 * else: it has no network, and no way to write. What is deleted and still open is not seen.
 */
export class DiskUsage {
  readonly #docker: Docker;
  readonly #owner: string;
  readonly #image: string;
  readonly #kept = new KeptContainer(() => this.#ensure());

  constructor(options: { docker: Docker; owner: string; image: string }) {
    this.#docker = options.docker;
    this.#owner = options.owner;
    this.#image = options.image;
  }

  /** Bytes by volume; one that went meanwhile is not in it. */
  async of(volumes: readonly string[]): Promise<Map<string, number>> {
    if (volumes.length === 0) return new Map();
    const paths = volumes.map((volume) => `${VOLUMES}/${volume}/_data`);
    const du = ['nice', '-n', '19', 'du', '--summarize', '--one-file-system', '--block-size=1', '--', ...paths];
    const signal = AbortSignal.timeout(COUNT_MS);
    // Its exit code tells of files that went while it counted.
    const { stdout } = await toEnd(await execInContainer(await this.#kept.running(), du, { signal }));
    return parseUsage(stdout.toString('utf8'));
  }

  /** Its container was removed. */
  forget(): void {
    this.#kept.forget();
  }

  async #ensure(): Promise<Docker.Container> {
    const { DockerRootDir } = (await this.#docker.info()) as { DockerRootDir: string };
    return ensureContainer(this.#docker, {
      name: usageName(this.#owner),
      Image: this.#image,
      User: '0:0',
      Entrypoint: ['sleep', 'infinity'],
      WorkingDir: '/',
      Labels: labelsFor(this.#owner, 'usage'),
      HostConfig: {
        NetworkMode: 'none',
        ReadonlyRootfs: true,
        CapDrop: ['ALL'],
        CapAdd: ['DAC_READ_SEARCH'],
        SecurityOpt: ['no-new-privileges'],
        Mounts: [{ Type: 'bind', Source: join(DockerRootDir, 'volumes'), Target: VOLUMES, ReadOnly: true }],
        Memory: MEMORY_BYTES,
        MemorySwap: MEMORY_BYTES,
        CpuShares: CPU_SHARES,
        PidsLimit: PIDS,
        Init: true,
        LogConfig: { Type: 'none', Config: {} },
      },
    });
  }
}

/** Of lines of `du`. */
export function parseUsage(printed: string): Map<string, number> {
  const lines = printed.matchAll(/^(\d+)\t\/volumes\/([^/\n]+)\/_data$/gm);
  return new Map([...lines].map(([, bytes, volume]) => [volume!, Number(bytes)]));
}
