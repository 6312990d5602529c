import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isAlive, startOf } from '../process-alive.ts';

/**
 * Who uses something that several processes share: a file for each, named by its process id. A file whose process has
 * died, or whose id another process got since, counts for nothing.
 */
export class Leases {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  async take(pid: number = process.pid): Promise<void> {
    await mkdir(this.#folder, { recursive: true });
    await writeFile(join(this.#folder, String(pid)), await startOf(pid));
  }

  async give(pid: number = process.pid): Promise<void> {
    await rm(join(this.#folder, String(pid)), { force: true });
  }

  /** Process ids of the live holders. */
  async holders(): Promise<number[]> {
    const names = await readdir(this.#folder).catch(() => []);
    const live: number[] = [];
    for (const name of names) {
      const pid = Number(name);
      const written = await readFile(join(this.#folder, name), 'utf8').catch(() => undefined);
      if (written !== undefined && isAlive(pid) && written === (await startOf(pid))) live.push(pid);
      else await rm(join(this.#folder, name), { force: true });
    }
    return live;
  }
}
