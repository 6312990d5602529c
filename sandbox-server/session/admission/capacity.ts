import type { HostRoom } from '../../backend/backend.ts';

const MIB = 1024 ** 2;
const GIB = 1024 ** 3;

/** What one sandbox takes of its host on average, with a learner at work in it. */
export interface Footprint {
  memoryBytes: number;
  /** Of one CPU, over the whole of a lesson. */
  cpus: number;
  diskBytes: number;
}

/**
 * Measured with `npm run capacity`, and rounded up. A sandbox may take several times as much at its limits: places are
 * over-committed, since learners read more than they build. The reserve is what makes that safe.
 */
export const FOOTPRINT: Footprint = { memoryBytes: 400 * MIB, cpus: 0.05, diskBytes: 600 * MIB };

/** Nothing new is started when the host has less than this left. */
export interface Reserve {
  memoryBytes: number;
  diskBytes: number;
}

/** A tenth of the memory and a twentieth of the disk, within what a small host can spare and a large one needs. */
export function defaultReserve({ memory, disk }: HostRoom): Reserve {
  return {
    memoryBytes: clamp(memory.totalBytes / 10, GIB / 2, 2 * GIB),
    diskBytes: clamp(disk.totalBytes / 20, GIB, 10 * GIB),
  };
}

/** The share of the CPUs that sandboxes may take together; the rest is the server’s and the engine’s. */
const CPU_SHARE = 0.9;

export type Resource = 'memory' | 'cpu' | 'disk';

export interface Capacity {
  places: number;
  /** What there is least of. */
  binds: Resource;
  by: Record<Resource, number>;
}

/** How many sandboxes fit. `running`: so many are there already, and are in what the host has in use. */
export function capacityOf(host: HostRoom, footprint: Footprint, reserve: Reserve, running = 0): Capacity {
  const fit = (available: number, kept: number, each: number) =>
    Math.max(0, Math.floor((available + running * each - kept) / each));
  const by = {
    memory: Math.min(
      fit(host.memory.availableBytes, reserve.memoryBytes, footprint.memoryBytes),
      Math.floor((host.memory.totalBytes - reserve.memoryBytes) / footprint.memoryBytes),
    ),
    cpu: Math.max(1, Math.floor((host.cpus * CPU_SHARE) / footprint.cpus)),
    disk: fit(host.disk.availableBytes, reserve.diskBytes, footprint.diskBytes),
  };
  const places = Math.min(by.memory, by.cpu, by.disk);
  const binds = (['memory', 'disk', 'cpu'] as const).find((resource) => by[resource] === places) ?? 'memory';
  return { places, binds, by };
}

/** What stands in the way of starting so many more now. */
export function shortOf(
  { memory, disk }: HostRoom,
  footprint: Footprint,
  reserve: Reserve,
  more: number,
): 'memory' | 'disk' | undefined {
  if (memory.availableBytes - more * footprint.memoryBytes < reserve.memoryBytes) return 'memory';
  if (disk.availableBytes - more * footprint.diskBytes < reserve.diskBytes) return 'disk';
  return undefined;
}

function clamp(value: number, least: number, most: number): number {
  return Math.round(Math.min(most, Math.max(least, value)));
}
