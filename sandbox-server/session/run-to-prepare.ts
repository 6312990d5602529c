import type { Backend, SandboxRef } from '../backend/backend.ts';
import { execToEnd, type RunOptions } from '../backend/exec-to-end.ts';
import { PATHS } from '../backend/paths.ts';
import { DrydockError } from '../errors.ts';

/** A build takes seconds, on a host with a class on it longer. */
const TIMEOUT_MS = 120_000;
/** Of what a failed command printed, for the log. */
const SHOWN_OUTPUT_CHARS = 2_000;

/** Runs a command, in the learner’s home, that makes the lab ready. Rejects with `start-failed` and what it printed. */
export async function runToPrepare(
  backend: Backend,
  sandbox: SandboxRef,
  machine: string,
  command: readonly string[],
  options: Pick<RunOptions, 'input' | 'signal' | 'in'> & {
    /** For the learner: `copying its files`. */
    what: string;
  },
): Promise<Buffer> {
  const { what, signal, ...rest } = options;
  const timeout = AbortSignal.timeout(TIMEOUT_MS);
  const { exitCode, stdout, stderr } = await execToEnd(backend, sandbox, machine, command, {
    signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
    workingDir: rest.in === 'registry' ? '/' : PATHS.home,
    ...rest,
  });
  if (exitCode === 0) return stdout;
  throw prepareFailed(what, machine, exitCode, `${stdout.toString('utf8')}${stderr.toString('utf8')}`);
}

export function prepareFailed(what: string, machine: string, exitCode: number | null, printed: string): DrydockError {
  const shown = printed.slice(-SHOWN_OUTPUT_CHARS);
  return new DrydockError('start-failed', {
    detail: `The lab could not be made ready: ${what} failed.`,
    cause: new Error(`exit code ${String(exitCode)} on machine ${machine}; it printed:\n${shown}`),
  });
}
