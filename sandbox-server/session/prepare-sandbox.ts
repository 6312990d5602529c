import type { Backend, SandboxRef } from '../backend/backend.ts';
import { PATHS } from '../backend/paths.ts';
import type { LabLesson } from '../lab/lessons.ts';
import { LessonFiles } from './lesson-files.ts';
import { runToPrepare } from './run-to-prepare.ts';

const WRITE_PASSWORD = ['/bin/sh', '-c', 'umask 077; mkdir -p registry && cat > registry/password'];

interface Options {
  signal?: AbortSignal;
}

/** Makes a new sandbox the one that the lab describes. */
export async function prepareSandbox(
  backend: Backend,
  sandbox: SandboxRef,
  lesson: Pick<LabLesson, 'lab' | 'filesFolders'>,
  options: Options = {},
): Promise<void> {
  await putFiles(backend, sandbox, lesson, options);
  await setUp(backend, sandbox, lesson, options);
}

/** Copies the lab’s files into the homes of all machines; works as soon as their shells do. */
export async function putFiles(
  backend: Backend,
  sandbox: SandboxRef,
  { filesFolders }: Pick<LabLesson, 'filesFolders'>,
  { signal }: Options = {},
): Promise<void> {
  if (filesFolders.length === 0) return;
  using files = await LessonFiles.open(backend, sandbox, signal);
  await files.put(filesFolders, signal);
}

export function needsSetup({ lab }: Pick<LabLesson, 'lab'>): boolean {
  return lab.sandbox.privateRegistry === true || lab.sandbox.setup !== undefined;
}

/** What comes after the files and may need the engines: the registry’s password, then the lab’s setup lines on the first machine. */
export async function setUp(
  backend: Backend,
  sandbox: SandboxRef,
  { lab }: Pick<LabLesson, 'lab'>,
  options: Options = {},
): Promise<void> {
  const [first] = sandbox.machines;
  if (first === undefined) return;
  if (lab.sandbox.privateRegistry === true) await putRegistryPassword(backend, sandbox, options);
  for (const line of lab.sandbox.setup ?? [])
    await runToPrepare(backend, sandbox, first, ['/bin/bash', '-c', line], { ...options, what: `\`${line}\`` });
}

/** Made by the private registry when it started; nobody else knows it. */
async function putRegistryPassword(backend: Backend, sandbox: SandboxRef, options: Options): Promise<void> {
  const what = 'the registry’s password';
  const password = await runToPrepare(backend, sandbox, '', ['/bin/cat', PATHS.registryPassword], {
    ...options,
    in: 'registry',
    what,
  });
  await Promise.all(
    sandbox.machines.map((machine) =>
      runToPrepare(backend, sandbox, machine, WRITE_PASSWORD, { ...options, input: password, what }),
    ),
  );
}
