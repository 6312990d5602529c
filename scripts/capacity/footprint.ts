import type Docker from 'dockerode';
import type { Backend, HostRoom, SandboxRef } from '../../sandbox-server/backend/backend.ts';
import { LABEL, ownedBy } from '../../sandbox-server/backend/docker/labels.ts';
import { execToEnd } from '../../sandbox-server/backend/exec-to-end.ts';
import { PATHS } from '../../sandbox-server/backend/paths.ts';

/** What one sandbox has in use, or used since it was made. */
export interface Usage {
  memoryBytes: number;
  cpuSeconds: number;
  diskBytes: number;
}

interface Stats {
  memory_stats: { usage?: number; stats?: Record<string, number> };
  cpu_stats: { cpu_usage: { total_usage: number } };
}

/** Memory without what the kernel would take back at once, CPU time, and disk. */
export async function usageOf(
  docker: Docker,
  backend: Backend,
  owner: string,
  sandbox: SandboxRef,
  before: HostRoom,
): Promise<Usage> {
  const containers = await docker.listContainers({ filters: ownedBy(owner, sandbox.id) });
  const stats = (await Promise.all(
    containers
      .filter(({ Labels }) => Labels[LABEL.sandbox] === sandbox.id)
      .map(({ Id }) => docker.getContainer(Id).stats({ stream: false, 'one-shot': true })),
  )) as unknown as Stats[];
  const sum = (of: (each: Stats) => number) => stats.reduce((total, each) => total + of(each), 0);
  return {
    memoryBytes: sum(({ memory_stats: { usage = 0, stats: parts = {} } }) =>
      Math.max(0, usage - (parts['total_inactive_file'] ?? parts['inactive_file'] ?? 0)),
    ),
    cpuSeconds: sum(({ cpu_stats }) => cpu_stats.cpu_usage.total_usage) / 1e9,
    diskBytes: await diskOf(backend, sandbox, before),
  };
}

/** Of the machines’ own disks; where they have none, what the host’s disk lost since before. */
async function diskOf(backend: Backend, sandbox: SandboxRef, before: HostRoom): Promise<number> {
  const used = await Promise.all(
    sandbox.machines.map(async (machine) => {
      const df = ['/bin/df', '-B1', '--output=size,used', PATHS.home];
      const { stdout } = await execToEnd(backend, sandbox, machine, df);
      const [, size, bytes] = /(\d+)\s+(\d+)\s*$/.exec(stdout.toString('utf8')) ?? [];
      return Number(size) === before.disk.totalBytes ? undefined : Number(bytes);
    }),
  );
  if (used.every((bytes) => bytes !== undefined)) return used.reduce((total, bytes) => total + bytes, 0);
  const { disk } = await backend.room();
  return Math.max(0, before.disk.availableBytes - disk.availableBytes);
}
