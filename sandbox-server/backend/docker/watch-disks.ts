import type Docker from 'dockerode';
import { setTimeout as sleep } from 'node:timers/promises';
import { ignoreGone } from '../../container-engine/statuses.ts';
import type { LostPart } from '../backend.ts';
import type { DiskUsage } from './disk-usage.ts';
import { LABEL, ownedBy } from './labels.ts';

/** What a machine writes between two looks comes on top of its limit. */
const EVERY_MS = 10_000;
/** Counting many files takes a while: it rests this much longer than it works. */
const REST = 9;

export interface DiskWatchOptions {
  docker: Docker;
  owner: string;
  usage: DiskUsage;
  /** Machines have disks that cannot be larger than they may: there is nothing to watch. */
  bounded: () => Promise<boolean>;
  /** It has more on the disk than it may. It is stopped after that. */
  onFull: (full: LostPart) => void;
}

/** Tells of machines that have too much on the disk of the engine's host, and stops them, until disposed. */
export function watchDisks(options: DiskWatchOptions): Disposable {
  const aborted = new AbortController();
  const { signal } = aborted;
  const loop = async () => {
    while (!signal.aborted) {
      const begun = performance.now();
      // An engine that is away, or was asked in the middle of a removal, is asked again.
      if (await look(options, signal).catch(() => false)) return;
      const took = performance.now() - begun;
      await sleep(Math.max(EVERY_MS, took * REST), undefined, { signal, ref: false }).catch(() => undefined);
    }
  };
  void loop();
  return { [Symbol.dispose]: () => aborted.abort() };
}

/** True when it need not be done again. */
async function look(
  { docker, owner, usage, bounded, onFull }: DiskWatchOptions,
  signal: AbortSignal,
): Promise<boolean> {
  if (await bounded()) return true;
  const filters = { label: [...ownedBy(owner).label, LABEL.diskBytes] };
  const { Volumes } = await docker.listVolumes({ filters: filters as never });
  if (signal.aborted) return true;
  const used = await usage.of(Volumes.map(({ Name }) => Name));
  for (const { Name, Labels } of Volumes) {
    const { [LABEL.sandbox]: id = '', [LABEL.machine]: machine = '', [LABEL.diskBytes]: limit } = Labels;
    if (signal.aborted || (used.get(Name) ?? 0) <= Number(limit)) continue;
    onFull({ id, machine, reason: 'diskFull' });
    await stop(docker, owner, id, machine);
  }
  return false;
}

async function stop(docker: Docker, owner: string, sandbox: string, machine: string): Promise<void> {
  const filters = { label: [...ownedBy(owner, sandbox).label, `${LABEL.machine}=${machine}`] };
  const containers = await docker.listContainers({ filters });
  // Whoever was told may have removed them already.
  await Promise.all(containers.map(({ Id }) => docker.getContainer(Id).kill().catch(ignoreGone)));
}
