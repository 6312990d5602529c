import type Docker from 'dockerode';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { ignoreGone } from '../../container-engine/statuses.ts';
import { ensureContainer } from './ensure-container.ts';
import { execInContainer } from './exec.ts';
import { KeptContainer } from './kept-container.ts';
import { labelsFor } from './labels.ts';
import { disksName } from './names.ts';

/** A machine's disk, for as long as its volume is not mounted yet. */
export interface Disk {
  /** `/dev/loop7`, on the engine's host. */
  device: string;
  /** The volume is mounted, or will never be: from now on the disk goes away with its last mount. */
  letGo: () => void;
}

/** What was on a machine's disk at one moment. */
export interface DiskCopy {
  /** In the container, the id of the process that keeps it. */
  keeper: string;
  /** Sectors that had been written to the disk before it was copied, ever. */
  written: number;
  /** No disk is made from it any more. */
  letGo: () => void;
}

/** `mkfs.ext4` and `losetup` take 50 ms; on a busy host longer. */
const ATTACH_MS = 20_000;
/** A gigabyte of images on a slow disk that others write to as well. */
const COPY_MS = 120_000;
/** Its programs need little. The pages of files that they copy count as theirs as well, and the host takes those back when it needs them. */
const MEMORY_BYTES = 2 * 1024 ** 3;
const PIDS = 256;
/** The major number of loop devices. */
const LOOP_RULE = 'b 7:* rwm';

/** Runs with these arguments; in the container, which may stand on another host, there is no file of ours. */
const SCRIPT = readFileSync(new URL('disk-copies.sh', import.meta.url), 'utf8');
const copies = (...args: string[]) => ['sh', '-c', SCRIPT, 'disk-copies', ...args];

/**
 * Makes disks of a fixed size: an ext4 in a sparse file behind a loop device, as overlay2 on ext4 knows no quota for a
 * container. The file has no name any more once its device is there, and the device detaches itself when the volume is
 * unmounted: nothing can be left over, even when this process is killed. It all happens in a small container, so that it
 * works with an engine on another machine too; of the host it has the loop devices and nothing else.
 */
export class Disks {
  readonly #docker: Docker;
  readonly #owner: string;
  readonly #image: string;
  readonly #kept = new KeptContainer(() => this.#ensure());
  #unavailable: boolean;

  /** `wanted`: false is as on a host without loop devices. */
  constructor(options: { docker: Docker; owner: string; image: string; wanted: boolean }) {
    this.#docker = options.docker;
    this.#owner = options.owner;
    this.#image = options.image;
    this.#unavailable = !options.wanted;
  }

  async start(): Promise<void> {
    await this.#available();
  }

  /** Is every machine's disk one that cannot grow? Else the engine's host has no loop devices. */
  async bounded(): Promise<boolean> {
    return (await this.#available()) !== undefined;
  }

  /** For the user with this id. Undefined where the engine's host has no loop devices. */
  async attach(uid: number, bytes: number): Promise<Disk | undefined> {
    const container = await this.#available();
    if (container === undefined) return undefined;
    return diskOf(await hold(container, ['drydock-disk', String(uid), String(bytes)], ATTACH_MS));
  }

  /**
   * Of a disk that is mounted. What programs wrote before must be on it (`sync`). The copy is whole when nothing was written meanwhile:
   * when the sectors are still as many after another `sync`.
   */
  async copy(device: string): Promise<DiskCopy> {
    const { line, letGo } = await hold(await this.#kept.running(), copies('take', device), COPY_MS);
    const [keeper = '', written = ''] = line.split(' ');
    return { keeper, written: Number(written), letGo };
  }

  /** Sectors that were ever written to a disk. */
  async written(device: string): Promise<number> {
    const stat = `/sys/block/${device.replace('/dev/', '')}/stat`;
    const { line, letGo } = await hold(await this.#kept.running(), ['cat', stat], ATTACH_MS);
    letGo();
    // https://docs.kernel.org/block/stat.html
    return Number(line.trim().split(/\s+/)[6]);
  }

  /** A disk that begins as a copy. */
  async attachCopy(copy: DiskCopy): Promise<Disk> {
    return diskOf(await hold(await this.#kept.running(), copies('attach', copy.keeper), COPY_MS));
  }

  async remove(): Promise<void> {
    this.#kept.forget();
    await this.#docker.getContainer(disksName(this.#owner)).remove({ force: true, v: true }).catch(ignoreGone);
  }

  async #available(): Promise<Docker.Container | undefined> {
    if (this.#unavailable) return undefined;
    try {
      return await this.#kept.running();
    } catch (error) {
      if (!/loop-control/.test(String(error))) throw error;
      this.#unavailable = true;
      await this.remove();
      return undefined;
    }
  }

  #ensure(): Promise<Docker.Container> {
    return ensureContainer(this.#docker, {
      name: disksName(this.#owner),
      Image: this.#image,
      User: '0:0',
      Entrypoint: ['sleep', 'infinity'],
      WorkingDir: '/',
      Labels: labelsFor(this.#owner, 'disks'),
      Volumes: { '/disks': {} },
      HostConfig: {
        NetworkMode: 'none',
        ReadonlyRootfs: true,
        CapDrop: ['ALL'],
        CapAdd: ['MKNOD'],
        SecurityOpt: ['no-new-privileges'],
        Devices: [{ PathOnHost: '/dev/loop-control', PathInContainer: '/dev/loop-control', CgroupPermissions: 'rw' }],
        DeviceCgroupRules: [LOOP_RULE],
        Memory: MEMORY_BYTES,
        MemorySwap: MEMORY_BYTES,
        PidsLimit: PIDS,
        Init: true,
        LogConfig: { Type: 'none', Config: {} },
      },
    });
  }
}

/** Starts a command that prints one line and then waits for the end of its input. */
async function hold(
  container: Docker.Container,
  command: readonly string[],
  ms: number,
): Promise<{ line: string; letGo: () => void }> {
  const exec = await execInContainer(container, command);
  let complaint = '';
  exec.stderr.on('data', (chunk: Buffer) => (complaint += chunk.toString()));
  const lines = createInterface({ input: exec.stream });
  const timer = setTimeout(() => {
    complaint += `it was not done within ${ms / 1000} s`;
    exec.close();
  }, ms);
  const line = await new Promise<string | undefined>((resolve) => {
    lines.once('line', resolve);
    lines.once('close', () => resolve(undefined));
  });
  clearTimeout(timer);
  if (line !== undefined) return { line, letGo: () => void exec.stream.end() };
  exec.close();
  throw new Error(`no disk could be made: ${complaint.trim()}`);
}

function diskOf({ line, letGo }: { line: string; letGo: () => void }): Disk {
  if (/^\/dev\/loop\d+$/.test(line)) return { device: line, letGo };
  letGo();
  throw new Error(`no disk could be made: “${line}” is no loop device`);
}
