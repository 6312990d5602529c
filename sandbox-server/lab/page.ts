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
  /** Links and pictures of the text. */
  links: PageLink[];
  headings: PageHeading[];
  figures: PageFigure[];
  /** Names of the components that the page imports itself, and from where. */
  imports: PageImport[];
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
  /** Which of its task's solutions, counted from 1; undefined outside solutions. */
  solution: number | undefined;
}

export interface PageTask {
  id: string;
  title: string;
  line: number;
  /** Number of `<Hint>`s. */
  hints: number;
  /** Number of `<Solution>`s. */
  solutions: number;
}

export interface PageQuestion {
  id: string;
  text: string;
  line: number;
  choices: PageChoice[];
}

export interface PageChoice {
  text: string;
  right: boolean;
  explanation: string;
  line: number;
}

export interface PageLink {
  url: string;
  line: number;
}

export interface PageHeading {
  text: string;
  depth: number;
  line: number;
  /** The anchor that the site gives it. */
  anchor: string;
}

export interface PageFigure {
  alt: string | undefined;
  line: number;
}

export interface PageImport {
  name: string;
  from: string;
  line: number;
}

/** Something wrong with a page. */
export interface PageFault {
  line: number | undefined;
  /** What is wrong. */
  message: string;
  /** What to do about it. */
  fix: string;
}
