import type { LessonFolder } from '../lab/lesson-folders.ts';
import { nearest } from '../lab/nearest.ts';

/** What was asked for is not there. */
export class UnknownSelection extends Error {
  override readonly name = 'UnknownSelection';
}

type Named = Pick<LessonFolder, 'id' | 'course' | 'module' | 'slug' | 'order'>;

/**
 * The lessons that the words name, each once, in their own order; all without words. A word is a module (`images`), a lesson by its number
 * (`images/3`) or name (`layers-and-the-cache`), or the whole id with or without the course.
 */
export function selectLessons<T extends Named>(lessons: readonly T[], words: readonly string[]): T[] {
  if (words.length === 0) return [...lessons];
  const chosen = new Set<T>();
  for (const word of words) {
    const found = lessons.filter((lesson) => namesOf(lesson).includes(word.replace(/\/$/, '')));
    if (found.length === 0) throw new UnknownSelection(unknown(word, lessons));
    for (const lesson of found) chosen.add(lesson);
  }
  return lessons.filter((lesson) => chosen.has(lesson));
}

function namesOf({ id, course, module, slug, order }: Named): string[] {
  const inModule = [slug, String(order), `${order}-${slug}`].map((name) => `${module}/${name}`);
  return [course, module, `${course}/${module}`, id, slug, ...inModule, ...inModule.map((name) => `${course}/${name}`)];
}

function unknown(word: string, lessons: readonly Named[]): string {
  const meant = nearest(word, new Set(lessons.flatMap(namesOf)));
  const all = lessons.map(({ module, order, slug }) => `  ${module}/${order}  ${slug}`).join('\n');
  return `There is no module or lesson “${word}”.${meant ? ` Did you mean ${meant}?` : ''}\nLessons with a lab:\n${all}`;
}
