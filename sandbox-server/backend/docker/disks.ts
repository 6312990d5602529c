import type Docker from 'dockerode';
import { createInterface } from 'node:readline';
import { ignoreNotModified, isConflict, isNotFound } from './engine-errors.ts';
import { execInContainer } from './exec.ts';
import { KeptContainer } from './kept-container.ts';
import { labelsFor } from './labels.ts';
import { disksName } from './names.ts';
import type { Slot } from './slots.ts';

/** A machine's disk, for as long as its volume is not mounted yet. */
export interface Disk {
  /** `/dev/loop7`, on the engine's host. */
  device: string;
  /** The volume is mounted, or will never be: from now on the disk goes away with its last mount. */
  letGo: () => void;
}

/** `mkfs.ext4` and `losetup` take 50 ms; on a busy host longer. */
const ATTACH_MS = 20_000;
const MEMORY_BYTES = 64 * 1024 ** 2;
const PIDS = 256;
/** The major number of loop devices. */
const LOOP_RULE = 'b 7:* rwm';

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
  #unavailable = false;

  constructor(docker: Docker, owner: string, image: string) {
    this.#docker = docker;
    this.#owner = owner;
    this.#image = image;
  }

  async start(): Promise<void> {
    await this.#available();
  }

  /** Undefined where the engine's host has no loop devices. */
  async attach(slot: Slot, bytes: number): Promise<Disk | undefined> {
    const container = await this.#available();
    if (container === undefined) return undefined;
    const exec = await execInContainer(container, ['drydock-disk', String(slot.uid), String(bytes)], {
      signal: AbortSignal.timeout(ATTACH_MS),
    });
    let complaint = '';
    exec.stderr.on('data', (chunk: Buffer) => (complaint += chunk.toString()));
    const lines = createInterface({ input: exec.stream });
    const device = await new Promise<string | undefined>((resolve) => {
      lines.once('line', resolve);
      lines.once('close', () => resolve(undefined));
    });
    if (device === undefined || !/^\/dev\/loop\d+$/.test(device)) {
      exec.close();
      throw new Error(`no disk could be made: ${complaint.trim()}`);
    }
    return { device, letGo: () => void exec.stream.end() };
  }

  async remove(): Promise<void> {
    this.#kept.forget();
    await this.#docker
      .getContainer(disksName(this.#owner))
      .remove({ force: true, v: true })
      .catch((error: unknown) => {
        if (!isNotFound(error) && !isConflict(error)) throw error;
      });
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

  async #ensure(): Promise<Docker.Container> {
    const name = disksName(this.#owner);
    try {
      const existing = this.#docker.getContainer(name);
      const info = await existing.inspect();
      const image = await this.#docker.getImage(this.#image).inspect();
      if (info.Image === image.Id) {
        if (!info.State.Running) await existing.start().catch(ignoreNotModified);
        return existing;
      }
      await existing.remove({ force: true, v: true });
    } catch (error) {
      if (!isNotFound(error)) throw error;
    }
    const container = await this.#docker.createContainer({
      name,
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
    await container.start();
    return container;
  }
}
