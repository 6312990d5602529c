import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { DrydockError } from './errors.ts';
import { isAlive, startOf } from './process-alive.ts';

/** Ends a server and leaves its labs to the next one. */
export const HAND_OVER: NodeJS.Signals = 'SIGHUP';

/** Letting go of the labs takes a moment; a host with a class on it is slower. */
const HAND_OVER_MS = 30_000;
const POLL_MS = 20;

const record = z.object({ pid: z.number(), started: z.string(), host: z.string(), port: z.number() });

/** Where a server listens. */
export interface Address {
  host: string;
  port: number;
}

/** What a data folder's server says of itself, for the next one that is to take its place. */
export class RunningServer {
  readonly #file: string;

  constructor(dataDir: string) {
    this.#file = join(dataDir, 'server.json');
  }

  /** This process is the server from now on. */
  async announce(address: Address): Promise<void> {
    const { pid } = process;
    const written = `${this.#file}.new`;
    await writeFile(written, JSON.stringify({ pid, started: await startOf(pid), ...address }));
    await rename(written, this.#file);
  }

  async forget(): Promise<void> {
    await rm(this.#file, { force: true });
  }

  /** Where the server listens, or where the one that was killed did. */
  async address(): Promise<Address | undefined> {
    return this.#read();
  }

  /**
   * Ends the server that runs, if there is one; resolves when it is gone and its labs are free to be taken up. False when
   * there was none.
   */
  async handOver(onWait: (pid: number) => void = () => undefined): Promise<boolean> {
    const found = await this.#read();
    if (found === undefined || !isAlive(found.pid) || found.started !== (await startOf(found.pid))) return false;
    const { pid } = found;
    onWait(pid);
    try {
      process.kill(pid, HAND_OVER);
    } catch (error) {
      throw new DrydockError('data-in-use', {
        detail: `The Drydock that runs on this data folder is another user’s process (${pid}).`,
        fix: 'Restart it as that user.',
        cause: error,
      });
    }
    const deadline = performance.now() + HAND_OVER_MS;
    while (isAlive(pid)) {
      if (performance.now() > deadline) {
        throw new DrydockError('data-in-use', {
          detail: `The Drydock that runs on this data folder (process ${pid}) did not end within ${HAND_OVER_MS / 1000} s.`,
          fix: `Run \`kill -9 ${pid}\` and start this again: labs survive that too.`,
        });
      }
      await sleep(POLL_MS);
    }
    return true;
  }

  async #read(): Promise<z.infer<typeof record> | undefined> {
    const text = await readFile(this.#file, 'utf8').catch(() => '{}');
    try {
      return record.safeParse(JSON.parse(text)).data;
    } catch {
      return undefined;
    }
  }
}
