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
    input?: ReturnType<typeof filesArchive>,
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
  for (const line of lesson.lab.sandbox.setup ?? []) await run(first, ['/bin/bash', '-c', line], `\`${line}\``);
}
