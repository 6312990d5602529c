import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Lesson } from './lessons.ts';
import { nearest } from './nearest.ts';
import type { LessonPage, PageFault } from './page.ts';

/** Any address will do: only paths are looked at. */
const SITE = 'http://site.invalid';

/** Links of a lesson that lead nowhere. Other sites are not asked. */
export function linkProblems(lesson: Lesson, lessons: readonly Lesson[], otherPages: readonly string[]): PageFault[] {
  const pages = new Map<string, LessonPage | undefined>(['/', ...otherPages].map((path) => [path, undefined]));
  for (const { id, course, module, page } of lessons) {
    pages.set(`/${course}/`, undefined).set(`/${course}/${module}/`, undefined).set(`/${id}/`, page);
  }
  return lesson.page.links.flatMap(({ url, line }): PageFault[] => {
    if (/^(https?:|mailto:)/i.test(url)) return [];
    if (/^\.{1,2}\/.*\.[a-z0-9]+$/i.test(url)) {
      if (existsSync(resolve(lesson.folder, url))) return [];
      return [{ line, message: `There is no file ${url}.`, fix: 'Create it beside the page, or correct the link.' }];
    }
    const target = parseUrl(url, `${SITE}/${lesson.id}/`);
    if (target?.origin !== SITE) {
      return [{ line, message: `"${url}" is not a link that browsers follow.`, fix: 'Begin with https://, / or #.' }];
    }
    const path = target.pathname.endsWith('/') ? target.pathname : `${target.pathname}/`;
    if (!pages.has(path)) {
      const meant = nearest(path, pages.keys());
      const fix = meant
        ? `Did you mean ${meant}?`
        : 'Pages are /<course>/<module>/<lesson>/, without the lesson’s number.';
      return [{ line, message: `There is no page ${path}.`, fix }];
    }
    return anchorProblem(decodeURIComponent(target.hash.slice(1)), path, pages.get(path), line);
  });
}

function anchorProblem(anchor: string, path: string, page: LessonPage | undefined, line: number): PageFault[] {
  if (anchor === '' || !page) return [];
  const anchors = [...page.headings.map((heading) => heading.anchor), ...page.tasks.map((task) => `task-${task.id}`)];
  if (anchors.includes(anchor)) return [];
  const meant = nearest(anchor, anchors);
  const fix = meant
    ? `Did you mean #${meant}?`
    : `It has ${anchors.map((name) => `#${name}`).join(', ') || 'no headings'}.`;
  return [{ line, message: `${path} has no heading #${anchor}.`, fix }];
}

function parseUrl(url: string, base: string): URL | undefined {
  return URL.canParse(url, base) ? new URL(url, base) : undefined;
}
