import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { courseSchema, moduleSchema } from './front-matter.ts';
import type { PageFault } from './page.ts';
import { parseYaml } from './parse-page.ts';

/** Where a lesson is and what it is called. */
export interface LessonFolder {
  /** `<course>/<module>/<slug>`: `containers/images/what-an-image-is`. */
  id: string;
  course: string;
  module: string;
  slug: string;
  /** The number before the folder's name. */
  order: number;
  /** Absolute. */
  folder: string;
}

/** A fault in a file; the path is relative to the content folder. */
export interface FileFault extends PageFault {
  file: string;
}

/** A module of a course; it may have no lessons yet. */
export interface ModuleFolder {
  course: string;
  name: string;
  /** Absolute. */
  folder: string;
  /** Among the modules of its course. */
  order: number;
}

const NUMBERED = /^(\d+)-([a-z0-9][a-z0-9-]*)$/;
/** How courses, modules and, after their number, lessons are named. */
export const SLUG = /^[a-z0-9][a-z0-9-]*$/;

/** The lessons below `content/`, in the order of courses (by name), modules (by module.yaml) and lessons (by number). */
export async function findLessons(contentFolder: string, report: (fault: FileFault) => void): Promise<LessonFolder[]> {
  const inContent = (path: string, fault: PageFault) => report({ ...fault, file: relative(contentFolder, path) });
  const modules = await findModules(contentFolder, report);
  return (await Promise.all(modules.map((module) => lessonsOf(module, inContent)))).flat();
}

/** The modules below `content/`, in the order of courses (by name) and modules (by module.yaml). */
export async function findModules(contentFolder: string, report: (fault: FileFault) => void): Promise<ModuleFolder[]> {
  const all: ModuleFolder[] = [];
  const inContent = (path: string, fault: PageFault) => report({ ...fault, file: relative(contentFolder, path) });
  for (const course of await subfolders(contentFolder)) {
    const courseFolder = join(contentFolder, course);
    if (!SLUG.test(course)) inContent(courseFolder, badName(course, 'containers'));
    await readYaml(join(courseFolder, 'course.yaml'), courseSchema, inContent);
    const modules: ModuleFolder[] = [];
    for (const name of await subfolders(courseFolder)) {
      const folder = join(courseFolder, name);
      if (!(await isModule(folder))) continue;
      if (!SLUG.test(name)) inContent(folder, badName(name, 'images'));
      const described = await readYaml(join(folder, 'module.yaml'), moduleSchema, inContent);
      modules.push({ course, name, folder, order: described?.order ?? Number.MAX_SAFE_INTEGER });
    }
    all.push(...modules.sort((a, b) => a.order - b.order || a.name.localeCompare(b.name)));
  }
  return all;
}

/** Other folders of a course hold what its lessons share. */
async function isModule(folder: string): Promise<boolean> {
  return existsSync(join(folder, 'module.yaml')) || (await subfolders(folder)).some((name) => NUMBERED.test(name));
}

async function lessonsOf(
  { course, name: module, folder }: ModuleFolder,
  report: (path: string, fault: PageFault) => void,
): Promise<LessonFolder[]> {
  const lessons: LessonFolder[] = [];
  for (const name of await subfolders(folder)) {
    const match = NUMBERED.exec(name);
    if (!match) {
      report(join(folder, name), badName(name, '1-what-an-image-is'));
      continue;
    }
    const [, number, slug] = match as unknown as [string, string, string];
    const twin = lessons.find((other) => other.slug === slug || other.order === Number(number));
    if (twin) {
      const message = `Folder "${name}" has the number or the name of "${twin.order}-${twin.slug}".`;
      report(join(folder, name), {
        line: undefined,
        message,
        fix: 'Give each lesson of a module a number and a name of its own.',
      });
    }
    lessons.push({
      id: `${course}/${module}/${slug}`,
      course,
      module,
      slug,
      order: Number(number),
      folder: join(folder, name),
    });
  }
  return lessons.sort((a, b) => a.order - b.order);
}

async function readYaml<T>(
  path: string,
  schema: Parameters<typeof parseYaml<T>>[1],
  report: (path: string, fault: PageFault) => void,
): Promise<T | undefined> {
  if (!existsSync(path)) {
    report(path, {
      line: undefined,
      message: 'There is no such file.',
      fix: 'Create it with title: and summary: (a module also has order:).',
    });
    return undefined;
  }
  return parseYaml(await readFile(path, 'utf8'), schema, 1, (fault) => report(path, fault));
}

function badName(name: string, example: string): PageFault {
  return {
    line: undefined,
    message: `Folder "${name}" is not named as courses, modules and lessons are.`,
    fix: `Use lower-case letters, digits and -, for example "${example}"; lessons begin with their number.`,
  };
}

async function subfolders(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  return entries
    .filter((entry) => entry.isDirectory() && !/^[._]/.test(entry.name))
    .map((entry) => entry.name)
    .sort();
}
