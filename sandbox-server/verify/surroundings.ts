import type { Backend, SandboxRef } from '../backend/backend.ts';
import { execToEnd } from '../backend/exec-to-end.ts';
import { PATHS } from '../backend/paths.ts';

const LOOK_MS = 20_000;

/** Everything of a machine's shell container that is not on its disk, and the files that a new shell reads. */
const LOOK = `ps -eo args=
find /tmp /var/tmp /dev/shm -mindepth 1 -not -path '${PATHS.terminals}*' 2>&1
cd; cksum .bashrc .bash_profile .bash_login .profile .inputrc 2>/dev/null
true`;

/** What is around a machine's terminal. The same text before and after: nothing was started that still runs, nothing lies in memory only. */
export async function surroundings(
  backend: Backend,
  sandbox: SandboxRef,
  machine: string,
  signal: AbortSignal,
): Promise<string> {
  const { exitCode, stdout } = await execToEnd(backend, sandbox, machine, ['/bin/sh', '-c', LOOK], {
    signal: AbortSignal.any([signal, AbortSignal.timeout(LOOK_MS)]),
  });
  if (exitCode !== 0) throw new Error(`machine ${machine} could not be looked at: exit code ${String(exitCode)}`);
  return stdout.toString('utf8').split('\n').sort().join('\n');
}
