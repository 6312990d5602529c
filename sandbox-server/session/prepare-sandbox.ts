import type { Backend, SandboxRef } from '../backend/backend.ts';
import { execToEnd } from '../backend/exec-to-end.ts';
import { PATHS } from '../backend/paths.ts';
import { DrydockError } from '../errors.ts';
import type { LabLesson } from '../lab/lessons.ts';
import { filesArchive } from './files-archive.ts';

/** For one line of a lab’s setup: a build takes seconds, on a host with a class on it longer. */
const SETUP_LINE_MS = 120_000;
/** Of what a failed command printed, for the log. */
const SHOWN_OUTPUT_CHARS = 2_000;

const WRITE_PASSWORD = ['/bin/sh', '-c', 'umask 077; mkdir -p registry && cat > registry/password'];
/** Reading one small file. */
const PASSWORD_MS = 10_000;

/** Makes a new sandbox the one that the lab describes: copies its files into the homes, then runs its setup lines. */
export async function prepareSandbox(
  backend: Backend,
  sandbox: SandboxRef,
  lesson: Pick<LabLesson, 'lab' | 'filesFolders'>,
  options: { signal?: AbortSignal } = {},
): Promise<void> {
  const { signal } = options;
  const run = async (
    machine: string,
    command: readonly string[],
    what: string,
    input?: ReturnType<typeof filesArchive> | Buffer,
  ) => {
    const timeout = AbortSignal.timeout(SETUP_LINE_MS);
    const result = await execToEnd(backend, sandbox, machine, command, {
      signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
      workingDir: PATHS.home,
      ...(input ? { input } : {}),
    });
    if (result.exitCode === 0) return;
    const printed = `${result.stdout.toString('utf8')}${result.stderr.toString('utf8')}`.slice(-SHOWN_OUTPUT_CHARS);
    throw new DrydockError('start-failed', {
      detail: `The lab could not be made ready: ${what} failed.`,
      cause: new Error(`exit code ${String(result.exitCode)} on machine ${machine}; it printed:\n${printed}`),
    });
  };

  if (lesson.filesFolders.length > 0) {
    // --touch: files are as new as the sandbox.
    const unpack = ['/usr/bin/tar', '--extract', '--touch', '--file', '-', '--directory', PATHS.home];
    await Promise.all(
      sandbox.machines.map((machine) => run(machine, unpack, 'copying its files', filesArchive(lesson.filesFolders))),
    );
  }
  const [first] = sandbox.machines;
  if (first === undefined) return;
  if (lesson.lab.sandbox.privateRegistry === true) {
    const password = await registryPassword(backend, sandbox, signal);
    await Promise.all(
      sandbox.machines.map((machine) => run(machine, WRITE_PASSWORD, 'the registry’s password', password)),
    );
  }
  for (const line of lesson.lab.sandbox.setup ?? []) await run(first, ['/bin/bash', '-c', line], `\`${line}\``);
}

/** Made by the private registry when it started; nobody else knows it. */
async function registryPassword(
  backend: Backend,
  sandbox: SandboxRef,
  signal: AbortSignal | undefined,
): Promise<Buffer> {
  const timeout = AbortSignal.timeout(PASSWORD_MS);
  const { exitCode, stdout, stderr } = await execToEnd(backend, sandbox, '', ['/bin/cat', PATHS.registryPassword], {
    in: 'registry',
    signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
  });
  if (exitCode === 0) return stdout;
  throw new DrydockError('start-failed', {
    detail: 'The lab’s private registry has no password.',
    cause: new Error(`exit code ${String(exitCode)}; it printed:\n${stderr.toString('utf8')}`),
  });
}
