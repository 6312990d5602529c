import { existsSync } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { ClusterKind } from './clusters.ts';
import type { Lab } from './lab.ts';
import { parseLab } from './lab-schema.ts';
import { type FileFault, findLessons, type LessonFolder } from './lesson-folders.ts';
import type { LessonPage } from './page.ts';
import { parsePage } from './parse-page.ts';

/** A lesson of `content/`. */
export interface Lesson extends LessonFolder {
  page: LessonPage;
  /** Absolute path of lab.ts; undefined for a lesson that is only read. */
  labFile: string | undefined;
}

/** A lesson with its lab, imported. */
export interface LabLesson extends Lesson {
  lab: Lab;
  /** What `import` takes to load the lab once more, in another thread. */
  labModule: string;
  /** The folders whose content goes into the learner's home, in this order; absolute. */
  filesFolders: readonly string[];
}

/**
 * The lessons below the folder, in reading order. With `onFault`, what is wrong is told to it, and lessons at fault are left
 * out: one unfinished lesson does not keep the others from working. Without it, throws the first fault.
 */
export async function loadLessons(contentFolder: string, onFault?: (fault: FileFault) => void): Promise<Lesson[]> {
  const root = resolve(contentFolder);
  const faults: FileFault[] = [];
  const lessons = await readLessons(root, (fault) => faults.push(fault));
  const [first] = faults;
  if (first && !onFault)
    throw new Error(`${first.file}${first.line ? `:${first.line}` : ''}: ${first.message} ${first.fix}`);
  for (const fault of faults) onFault?.(fault);
  const atFault = new Set(faults.map((fault) => resolve(root, fault.file)));
  return lessons.filter((lesson) => !atFault.has(lesson.page.file));
}

/** As `loadLessons`, with the faults reported; pages that are not MDX at all are left out. */
export async function readLessons(contentFolder: string, report: (fault: FileFault) => void): Promise<Lesson[]> {
  const lessons: Lesson[] = [];
  for (const found of await findLessons(contentFolder, report)) {
    const file = join(found.folder, 'lesson.mdx');
    const shown = join(found.folder.slice(contentFolder.length + 1), 'lesson.mdx');
    if (!existsSync(file)) {
      report({
        file: shown,
        line: undefined,
        message: 'The lesson has no page.',
        fix: 'Create lesson.mdx, or remove the folder.',
      });
      continue;
    }
    const { page, faults } = parsePage(await readFile(file, 'utf8'), file);
    for (const fault of faults) report({ ...fault, file: shown });
    const labFile = join(found.folder, 'lab.ts');
    if (page) lessons.push({ ...found, page, labFile: existsSync(labFile) ? labFile : undefined });
  }
  return lessons;
}

/** Imports the lesson's lab. Throws for a lesson without one, and when the file is not a lab. */
export async function loadLab(lesson: Lesson): Promise<LabLesson> {
  if (!lesson.labFile) throw new Error(`${lesson.id} has no lab: there is no lab.ts beside its lesson.mdx.`);
  const { lab, labModule } = await importLab(lesson.labFile);
  const { files = [] } = lab.sandbox;
  const folders = typeof files === 'string' ? [files] : files;
  return { ...lesson, lab, labModule, filesFolders: folders.map((folder) => resolve(lesson.folder, folder)) };
}

/** Imports a lab.ts as it is now. Throws when the file is not a lab. */
export async function importLab(labFile: string): Promise<Pick<LabLesson, 'lab' | 'labModule'>> {
  // The time makes an edited file another module.
  const { mtimeMs } = await stat(labFile);
  const labModule = `${pathToFileURL(labFile).href}?${mtimeMs}`;
  const module: unknown = await import(/* @vite-ignore */ labModule);
  const found = typeof module === 'object' && module !== null && 'default' in module ? module.default : undefined;
  return { lab: parseLab(found), labModule };
}

/** What a sandbox of a lab consists of. */
export function partsOf(lab: Lab): { machines: readonly string[]; cluster?: ClusterKind; nodes?: number } {
  const { cluster, nodes } = lab.sandbox;
  return { machines: machinesOf(lab), ...(cluster && { cluster }), ...(nodes !== undefined && { nodes }) };
}

/** The machines of a lab, the first of which is the default one. */
export function machinesOf(lab: Lab): readonly string[] {
  return lab.sandbox.machines ?? ['host'];
}
