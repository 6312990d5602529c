import { relative, resolve } from 'node:path';
import { readLessons } from './lessons.ts';
import type { PageFault } from './page.ts';
import { labProblems, readManifest } from './validate-lab.ts';
import { linkProblems } from './validate-links.ts';
import { pageProblems } from './validate-page.ts';

/** One fault of the content. */
export interface ContentProblem {
  /** Relative to the content folder. */
  file: string;
  line: number | undefined;
  /** What is wrong. */
  message: string;
  /** What to do about it. */
  fix: string;
}

export interface ValidateOptions {
  /** images/lab/manifest.json: the images of the course mirror. Not looked at when there is no such file. */
  imageManifest?: string;
  /** Addresses of the site besides lessons that links may name: `/`, `/search/`. */
  pages?: readonly string[];
}

/** Everything that is wrong with the content; empty when all is well. Needs no container engine. */
export async function validateContent(contentFolder: string, options: ValidateOptions = {}): Promise<ContentProblem[]> {
  const root = resolve(contentFolder);
  const problems: ContentProblem[] = [];
  const lessons = await readLessons(root, (problem) => problems.push(problem));
  const images = await readManifest(options.imageManifest ?? resolve(root, '../images/lab/manifest.json'));
  const add = (file: string, faults: readonly PageFault[]) => {
    for (const fault of faults) problems.push({ ...fault, file: relative(root, file) });
  };
  for (const lesson of lessons) {
    add(lesson.page.file, pageProblems(lesson.page));
    add(lesson.page.file, linkProblems(lesson, lessons, options.pages ?? []));
    for (const { file, ...fault } of await labProblems(lesson, images)) add(file, [fault]);
  }
  return problems.sort((a, b) => a.file.localeCompare(b.file) || (a.line ?? 0) - (b.line ?? 0));
}

/** One problem as two lines for a terminal. */
export function formatProblem(problem: ContentProblem): string {
  const place = problem.line === undefined ? problem.file : `${problem.file}:${problem.line}`;
  return `${place}: ${problem.message}\n  → ${problem.fix}`;
}
