import { join } from 'node:path';
import type { LessonFolder, ModuleFolder } from '../../sandbox-server/lab/lesson-folders.ts';
import { SLUG } from '../../sandbox-server/lab/lesson-folders.ts';
import { didYouMean } from '../../sandbox-server/lab/nearest.ts';

/** Where a new lesson goes. */
export type LessonPlace = Pick<LessonFolder, 'course' | 'module' | 'slug' | 'order' | 'folder'>;

/** A lesson of that name cannot be made. */
export class BadLessonName extends Error {
  override readonly name = 'BadLessonName';
}

/** The place of a lesson that is asked for as `<module>/<name>` or `<course>/<module>/<name>`: the next number of its module. */
export function lessonPlace(
  word: string,
  modules: readonly ModuleFolder[],
  lessons: readonly LessonFolder[],
): LessonPlace {
  const parts = word.replace(/\/$/, '').split('/');
  const [slug = '', module = '', course] = parts.toReversed();
  if (parts.length < 2 || parts.length > 3) {
    throw new BadLessonName(`“${word}” does not say where. Write <module>/<name>, for example images/small-bases.`);
  }
  const { folder, ...found } = moduleOf(module, course, modules);
  if (/^\d+-/.test(slug)) {
    throw new BadLessonName(
      `“${slug}” begins with a number, which is given by itself. Write ${module}/${slug.replace(/^[\d-]+/, '')}.`,
    );
  }
  if (!SLUG.test(slug)) {
    const meant = slug
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, '-')
      .replace(/^-|-$/g, '');
    const example = SLUG.test(meant) ? ` Write ${module}/${meant}.` : '';
    throw new BadLessonName(`“${slug}” is no name for a lesson: it takes lower-case letters, digits and -.${example}`);
  }
  const others = lessons.filter((lesson) => lesson.course === found.course && lesson.module === found.name);
  const twin = others.find((lesson) => lesson.slug === slug);
  if (twin !== undefined) {
    throw new BadLessonName(
      `There is a lesson ${module}/${slug} already, in content/${twin.course}/${module}/${twin.order}-${slug}. Choose another name, or edit that one.`,
    );
  }
  const order = Math.max(0, ...others.map((lesson) => lesson.order)) + 1;
  return { course: found.course, module, slug, order, folder: join(folder, `${order}-${slug}`) };
}

function moduleOf(name: string, course: string | undefined, modules: readonly ModuleFolder[]): ModuleFolder {
  const found = modules.filter((module) => module.name === name && (course ?? module.course) === module.course);
  const [first] = found;
  if (first !== undefined && found.length === 1) return first;
  const names = modules.map((module) => `${module.course}/${module.name}`);
  const asked = course === undefined ? name : `${course}/${name}`;
  if (found.length > 1) {
    const all = found.map((module) => `${module.course}/${name}`).join(' and ');
    throw new BadLessonName(`There are the modules ${all}. Write the course, too.`);
  }
  const meant = didYouMean(asked, course === undefined ? modules.map((module) => module.name) : names);
  throw new BadLessonName(
    `There is no module “${asked}”.${meant}\nThere are: ${names.join(', ')}.\nA new module is a folder content/<course>/<module>/ with a module.yaml (title, summary, order).`,
  );
}
