import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type LabLesson, machinesOf } from '../../lab/lessons.ts';
import { needsSetup } from '../prepare-sandbox.ts';

/** What a shell reads when it starts: files of these names must be there before it. */
const READ_AT_START = ['.bashrc', '.bash_profile', '.bash_login', '.profile', '.inputrc'];

/** What the sandboxes of different lessons have in common, so that one made ahead serves any of them. */
export interface SandboxKind {
  /** Equal for lessons of the same kind. */
  key: string;
  /** A lesson whose files must be there before the first prompt gets a kind of its own; of the others, files come last. */
  filesFirst: boolean;
}

export function sandboxKind(lesson: Pick<LabLesson, 'lab' | 'filesFolders'>): SandboxKind {
  // What is pulled and what the kernel must have change nothing in a fresh sandbox; every other option may.
  const { machines: _machines, files: _files, images: _images, needs: _needs, ...options } = lesson.lab.sandbox;
  const filesFirst =
    needsSetup(lesson) ||
    lesson.filesFolders.some((folder) => READ_AT_START.some((name) => existsSync(join(folder, name))));
  const sorted = Object.entries(options).sort(([a], [b]) => a.localeCompare(b));
  const key = JSON.stringify([machinesOf(lesson.lab), sorted, filesFirst ? lesson.filesFolders : []]);
  return { key, filesFirst };
}
