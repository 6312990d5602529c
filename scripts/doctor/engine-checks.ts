import type { EngineHandle } from '../../sandbox-server/setup/types.ts';
import { gib } from './host-checks.ts';
import { note, ok, problem, type Finding } from './finding.ts';

/** What the engine says about itself, as far as labs care. */
export interface EngineInfo {
  CgroupVersion?: string;
  MemoryLimit: boolean;
  PidsLimit?: boolean;
  CpuCfsQuota: boolean;
  MemTotal: number;
  NCPU: number;
  Driver: string;
  OSType: string;
  Runtimes?: Record<string, unknown>;
  SecurityOptions?: string[];
}

const OLDEST = [20, 10] as const;
/** One sandbox busy, the server, and the system. */
const MEMORY_WANTED = 2 * 1024 ** 3;

export function engineChecks(engine: EngineHandle, info: EngineInfo): Finding[] {
  return [engineVersion(engine, info), limits(info), memory(info)];
}

function engineVersion(engine: EngineHandle, info: EngineInfo): Finding {
  const [major = 0, minor = 0] = engine.version.split('.').map(Number);
  if (info.OSType !== 'linux')
    return problem('engine', `${engine.description} runs ${info.OSType} containers.`, 'Switch it to Linux containers.');
  if (major < OLDEST[0] || (major === OLDEST[0] && minor < OLDEST[1])) {
    return problem('engine', `${engine.description} is older than ${OLDEST.join('.')}.`, 'Update it.');
  }
  return ok('engine', `${engine.description}, storage ${info.Driver}`);
}

function limits(info: EngineInfo): Finding {
  const missing = [
    ...(info.MemoryLimit ? [] : ['memory']),
    ...(info.CpuCfsQuota ? [] : ['CPU']),
    ...(info.PidsLimit === false ? ['processes'] : []),
  ];
  const version = `cgroup v${info.CgroupVersion ?? '1'}`;
  if (missing.length > 0) {
    const says = `${version}: the engine can’t limit ${missing.join(', ')}, so one sandbox can take all of it.`;
    return note('limits', says, 'Enable those cgroup controllers, or let nobody in whom you don’t trust.');
  }
  return ok('limits', `${version}: memory, CPU and processes of each sandbox are limited`);
}

function memory(info: EngineInfo): Finding {
  const says = `${gib(info.MemTotal)} and ${info.NCPU} CPUs for the engine`;
  if (info.MemTotal >= MEMORY_WANTED) return ok('memory', says);
  return note('memory', `${says}: enough for one small lab`, 'Give the machine 2 GiB or more.');
}
