import type Docker from 'dockerode';
import { setTimeout as sleep } from 'node:timers/promises';
import type { DisksCopy, SandboxRef } from '../backend.ts';
import { PATHS } from '../paths.ts';
import type { DiskCopy, Disks } from './disks.ts';
import type { namesFor } from './names.ts';
import { RegistryCopy } from './registry-copy.ts';
import { runLine } from './run-line.ts';

/** Copies of the disks of all machines of a sandbox, and of what its private registry has. */
export class DockerDisksCopy implements DisksCopy {
  /** Whose the files are. */
  readonly uid: number;
  readonly registry: RegistryCopy | undefined;
  readonly #disks: ReadonlyMap<string, DiskCopy>;

  constructor(uid: number, disks: ReadonlyMap<string, DiskCopy>, registry?: RegistryCopy) {
    this.uid = uid;
    this.#disks = disks;
    this.registry = registry;
  }

  get machines(): readonly string[] {
    return [...this.#disks.keys()];
  }

  disk(machine: string): DiskCopy {
    const disk = this.#disks.get(machine);
    if (disk === undefined) throw new Error(`the copy has no machine ${machine}; it has ${this.machines.join(', ')}`);
    return disk;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const disk of this.#disks.values()) disk.letGo();
    await this.registry?.[Symbol.asyncDispose]();
  }
}

/** An engine writes for a moment after it has answered; one that goes on writing cannot be copied. */
const ATTEMPTS = 3;
const PAUSE_MS = 500;

interface CopyOptions {
  docker: Docker;
  disks: Disks;
  sandbox: SandboxRef;
  names: ReturnType<typeof namesFor>;
  uid: number;
  /** The private one, if there is one. */
  registry: Docker.Container | undefined;
  signal: AbortSignal | undefined;
}

/** Undefined where the machines have no disks of their own, and while they are written to. */
export async function copyDisks(options: CopyOptions): Promise<DisksCopy | undefined> {
  const { docker, disks, sandbox, names, uid, registry, signal } = options;
  const copied = new Map<string, DiskCopy>();
  const letGo = () => copied.forEach((disk) => disk.letGo());
  try {
    for (const machine of sandbox.machines) {
      const { Options } = await docker.getVolume(names.volume(machine, 'home')).inspect();
      const device = Options?.['device'];
      const shell = docker.getContainer(names.container(machine, 'shell'));
      const disk = device === undefined ? undefined : await copyDisk(disks, device, shell, signal);
      if (disk === undefined) {
        letGo();
        return undefined;
      }
      copied.set(machine, disk);
    }
    return new DockerDisksCopy(uid, copied, registry && (await RegistryCopy.of(registry, signal)));
  } catch (error) {
    letGo();
    throw error;
  }
}

async function copyDisk(
  disks: Disks,
  device: string,
  shell: Docker.Container,
  signal: AbortSignal | undefined,
): Promise<DiskCopy | undefined> {
  const flush = () => runLine(shell, `sync --file-system ${PATHS.home}`);
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    if (attempt > 1) await sleep(PAUSE_MS, undefined, { signal });
    signal?.throwIfAborted();
    await flush();
    const copy = await disks.copy(device);
    try {
      await flush();
      if ((await disks.written(device)) === copy.written) return copy;
    } catch (error) {
      copy.letGo();
      throw error;
    }
    copy.letGo();
  }
  return undefined;
}
