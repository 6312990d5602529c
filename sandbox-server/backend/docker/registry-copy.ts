import type Docker from 'dockerode';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { execInContainer } from './exec.ts';

/** Where the registry keeps all that it has, its password too (images/mirror). */
const STORAGE = '/srv/private';

/** tar stops reading at the archive's last block; the end of the stream may come after it. The folder itself belongs to the container. */
const UNPACK = `tar -C ${STORAGE} -x --touch --no-overwrite-dir; code=$?; cat > /dev/null; exit $code`;

/** What a private registry had at one moment, in a file of this host. */
export class RegistryCopy implements AsyncDisposable {
  readonly #folder: string;

  private constructor(folder: string) {
    this.#folder = folder;
  }

  get #file(): string {
    return join(this.#folder, 'registry.tar');
  }

  static async of(registry: Docker.Container, signal: AbortSignal | undefined): Promise<RegistryCopy> {
    const copy = new RegistryCopy(await mkdtemp(join(tmpdir(), 'drydock-registry-')));
    try {
      const run = await execInContainer(registry, ['tar', '-C', STORAGE, '-c', '.'], { ...(signal && { signal }) });
      run.stderr.resume();
      run.stream.end();
      await pipeline(run.stream, createWriteStream(copy.#file), { ...(signal && { signal }) });
      await succeeded(run.exit);
      return copy;
    } catch (error) {
      await copy[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** Gives another one that answers already the same content and the same password. */
  async restore(registry: Docker.Container, signal: AbortSignal | undefined): Promise<void> {
    await unpack(registry, createReadStream(this.#file), signal);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.#folder, { recursive: true, force: true });
  }
}

/** Puts a tar archive of a registry's storage into a registry; rejects when tar fails. */
export async function unpack(
  registry: Docker.Container,
  archive: Readable,
  signal: AbortSignal | undefined,
): Promise<void> {
  const run = await execInContainer(registry, ['sh', '-c', UNPACK], { ...(signal && { signal }) });
  run.stderr.resume();
  run.stream.resume();
  await pipeline(archive, run.stream, { ...(signal && { signal }) });
  await succeeded(run.exit);
}

async function succeeded(exit: Promise<number | null>): Promise<void> {
  const code = await exit;
  if (code !== 0)
    throw new Error(`the content of a private registry could not be copied: tar ended with ${String(code)}`);
}
