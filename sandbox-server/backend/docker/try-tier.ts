import { execToEnd } from '../exec-to-end.ts';
import type { Backend, SandboxRef } from '../backend.ts';
import type { Feature } from '../../lab/lab.ts';

const MACHINE = 'host';
/** Takes 64 MiB where 16 are allowed: killed (137) where limits of single containers are enforced. */
const TAKE_TOO_MUCH = [
  ...['docker', 'run', '--rm', '--memory', '16m', '--memory-swap', '16m', 'busybox:1.37'],
  ...['dd', 'if=/dev/zero', 'of=/dev/null', 'bs=64M', 'count=1'],
];
const KILLED = 137;
/** A pull and two containers, on a busy host. */
const TRIAL_MS = 90_000;

/** Makes a sandbox, has it do what labs may need, and removes it; rejects where it does not work. */
export async function tryTier(backend: Backend): Promise<Feature[]> {
  const sandbox = await backend.create({ id: 'tier', machines: [MACHINE] });
  try {
    return [
      ...((await limitsContainers(backend, sandbox)) ? (['cgroups'] as const) : []),
      ...((await hasIpvs(backend, sandbox)) ? (['swarm-ingress'] as const) : []),
    ];
  } finally {
    await backend.destroy(sandbox.id);
  }
}

async function limitsContainers(backend: Backend, sandbox: SandboxRef): Promise<boolean> {
  const signal = AbortSignal.timeout(TRIAL_MS);
  const run = (command: readonly string[]) => execToEnd(backend, sandbox, MACHINE, command, { signal });
  const works = await run(['docker', 'run', '--rm', 'busybox:1.37', 'true']);
  if (works.exitCode !== 0)
    throw new Error(`a container in it ended with ${works.exitCode}: ${works.stderr.toString().trim()}`);
  return (await run(TAKE_TOO_MUCH)).exitCode === KILLED;
}

/** In the kernel that the sandbox sees, which may be one of its own; see ip_vs(4). */
async function hasIpvs(backend: Backend, sandbox: SandboxRef): Promise<boolean> {
  const there = await execToEnd(backend, sandbox, MACHINE, ['test', '-e', '/proc/net/ip_vs'], { in: 'engine' });
  return there.exitCode === 0;
}
