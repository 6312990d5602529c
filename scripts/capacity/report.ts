import type { HostRoom } from '../../sandbox-server/backend/backend.ts';
import {
  type Capacity,
  capacityOf,
  defaultReserve,
  type Footprint,
  FOOTPRINT,
  type Resource,
} from '../../sandbox-server/session/admission/capacity.ts';
import type { Usage } from './footprint.ts';

const MIB = 1024 ** 2;
const GIB = 1024 ** 3;

export interface Report {
  learners: number;
  fits: boolean;
  lesson: string;
  host: HostRoom;
  idle: Usage;
  worked: Usage;
  /** What one sandbox takes on average, by what was measured. */
  counted: Footprint;
  /** By what was measured here. */
  measured: Capacity;
  /** What there is least of. */
  binds: Resource;
  /** What the server would give: never more than what was measured has room for, nor than what it counts with. */
  places: number;
  advice: string[];
}

/** What fits, from the host as it was before and from what one sandbox took. */
export function report(options: {
  learners: number;
  lesson: string;
  minutes: number;
  host: HostRoom;
  idle: Usage;
  worked: Usage;
}): Report {
  const { learners, lesson, minutes, host, idle, worked } = options;
  const reserve = defaultReserve(host);
  const counted: Footprint = {
    memoryBytes: Math.max(worked.memoryBytes, idle.memoryBytes),
    cpus: worked.cpuSeconds / (minutes * 60),
    diskBytes: Math.max(worked.diskBytes, MIB),
  };
  const measured = capacityOf(host, counted, reserve);
  const server = capacityOf(host, FOOTPRINT, reserve);
  const places = Math.min(measured.places, server.places);
  const fits = places >= learners;
  const advice = fits
    ? []
    : [...adviceFor(measured, counted, host, learners), ...adviceFor(server, FOOTPRINT, host, learners)];
  const { binds } = measured.places < server.places ? measured : server;
  return { learners, fits, lesson, host, idle, worked, counted, measured, binds, places, advice: [...new Set(advice)] };
}

function adviceFor({ by }: Capacity, each: Footprint, host: HostRoom, learners: number): string[] {
  const missing = (resource: Resource, amount: number) => (learners - by[resource]) * amount;
  const words: Record<Resource, () => string> = {
    memory: () =>
      `Free or add ${gib(missing('memory', each.memoryBytes))} of memory: ${gib(host.memory.availableBytes)} of ${gib(host.memory.totalBytes)} are free now.`,
    cpu: () => `Take a host with ${Math.ceil(host.cpus * (learners / by.cpu))} CPUs instead of ${host.cpus}.`,
    disk: () =>
      `Free or add ${gib(missing('disk', each.diskBytes))} of disk: ${gib(host.disk.availableBytes)} are free now.`,
  };
  return (['memory', 'cpu', 'disk'] as const).filter((resource) => by[resource] < learners).map((r) => words[r]());
}

/** For people. */
export function tell(given: Report): string {
  const { learners, host, idle, worked, measured, places, lesson, advice } = given;
  const usage = ({ memoryBytes, cpuSeconds, diskBytes }: Usage) =>
    `${mib(memoryBytes).padStart(9)}  ${cpuSeconds.toFixed(1).padStart(6)} s CPU  ${mib(diskBytes).padStart(9)} disk`;
  return [
    '',
    `  Host              ${host.cpus} CPUs, ${gib(host.memory.availableBytes)} of ${gib(host.memory.totalBytes)} memory and ${gib(host.disk.availableBytes)} disk free`,
    `  A sandbox, idle   ${usage(idle)}`,
    `  after its lesson  ${usage(worked)}   (${lesson})`,
    '',
    `  By what was measured: ${measured.by.memory} by memory, ${measured.by.cpu} by CPU, ${measured.by.disk} by disk.`,
    `  The server counts with ${mib(FOOTPRINT.memoryBytes)}, ${FOOTPRINT.cpus} CPUs and ${mib(FOOTPRINT.diskBytes)} for each: ${places} places in all.`,
    '',
    given.fits
      ? `  ✓ ${learners} learners fit. ${given.binds} would bind first.`
      : `  ✗ ${learners} learners do not fit; ${places} do, the others wait in the queue.`,
    ...advice.map((line) => `      → ${line}`),
  ].join('\n');
}

const gib = (bytes: number) => `${(bytes / GIB).toFixed(1)} GiB`;
const mib = (bytes: number) => `${Math.round(bytes / MIB)} MiB`;
