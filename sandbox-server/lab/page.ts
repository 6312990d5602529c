import type { FrontMatter } from './front-matter.ts';

/** What a lesson.mdx says, as far as grading, verifying and validating need it. Lines count from 1. */
export interface LessonPage {
  /** Absolute path of lesson.mdx. */
  file: string;
  frontMatter: FrontMatter;
  /** Everything executable, in page order: solutions too. */
  runBlocks: RunBlock[];
  tasks: PageTask[];
  questions: PageQuestion[];
  links: PageLink[];
  headings: PageHeading[];
  figures: PageFigure[];
  /** `sh` fences that nobody executes. */
  plainShellFences: { line: number }[];
}

export interface RunBlock {
  code: string;
  line: number;
  /** True: must exit with another code than 0. */
  fails: boolean;
  /** From `machine=name`; undefined for the first machine. */
  machine: string | undefined;
  /** The task it stands in. */
  task: string | undefined;
  inSolution: boolean;
}

export interface PageTask {
  id: string;
  title: string;
  line: number;
  hints: number;
  /** Number of `<Solution>`s. */
  solutions: number;
}

export interface PageQuestion {
  id: string;
  text: string;
  line: number;
  choices: { text: string; right: boolean; explanation: string }[];
}

export interface PageLink {
  url: string;
  line: number;
}

export interface PageHeading {
  text: string;
  depth: number;
  line: number;
  /** The anchor, as the site makes it. */
  anchor: string;
}

export interface PageFigure {
  alt: string | undefined;
  line: number;
}
