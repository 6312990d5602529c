import { type MdastNode, mdxToMdast } from 'satteri';
import { LineCounter, parseDocument } from 'yaml';
import { z } from 'zod';
import { type FrontMatter, frontMatterSchema } from './front-matter.ts';
import type { LessonPage, PageFault } from './page.ts';
import { didYouMean } from './nearest.ts';
import { COMPONENTS, walkPage } from './page-walk.ts';

export interface ParsedPage {
  /** Undefined when the file is not MDX at all. With faults, fields that are at fault are empty. */
  page: LessonPage | undefined;
  faults: PageFault[];
}

/** Reads the text of a lesson.mdx. Never throws: what is wrong is in `faults`. */
export function parsePage(source: string, file: string): ParsedPage {
  const faults: PageFault[] = [];
  const report = (fault: PageFault) => void faults.push(fault);
  let root: MdastNode;
  try {
    root = mdxToMdast(source);
  } catch (error) {
    return { page: undefined, faults: [syntaxFault(error)] };
  }
  const frontMatter = readFrontMatter(root, report) ?? { title: '', summary: '', minutes: 0, sources: [] };
  return { page: { file, frontMatter, ...walkPage(root, report) }, faults };
}

/** The parser's messages begin with `line:column: ` and end with a rule's name in parentheses. */
function syntaxFault(error: unknown): PageFault {
  const text = error instanceof Error ? error.message : String(error);
  const match = /^(\d+):\d+: (.*?)(?: \([\w-]+:[\w-]+\))?$/s.exec(text);
  return {
    line: match ? Number(match[1]) : undefined,
    message: `The page is not valid MDX: ${match?.[2] ?? text}.`,
    fix: `Close every tag, and write \\{ and \\< for literal braces and angle brackets.${componentMeant(text)}`,
  };
}

/** A tag that ends under another name is often a misspelt component. */
function componentMeant(text: string): string {
  const name = /closing tag for `<([A-Z]\w*)>`/.exec(text)?.[1];
  return name === undefined || COMPONENTS.some((known) => known === name) ? '' : didYouMean(name, COMPONENTS);
}

function readFrontMatter(root: MdastNode, report: (fault: PageFault) => void): FrontMatter | undefined {
  const node = 'children' in root ? root.children.find((child) => child.type === 'yaml') : undefined;
  if (!node || node.type !== 'yaml') {
    report({
      line: 1,
      message: 'The page has no front matter.',
      fix: 'Begin it with ---, title, summary and minutes, ---.',
    });
    return undefined;
  }
  // The first line of the YAML follows the opening ---.
  return parseYaml(node.value, frontMatterSchema, (node.position?.start.line ?? 1) + 1, report);
}

/** Reads YAML of a known shape; faults have the line of the field, counted from `firstLine`. */
export function parseYaml<T>(
  source: string,
  schema: z.ZodType<T>,
  firstLine: number,
  report: (fault: PageFault) => void,
): T | undefined {
  const lines = new LineCounter();
  const document = parseDocument(source, { lineCounter: lines });
  const lineAt = (offset: number) => firstLine + lines.linePos(offset).line - 1;
  if (document.errors.length > 0) {
    for (const error of document.errors) {
      const message = `Not valid YAML: ${error.message.split('\n')[0]}.`;
      report({
        line: lineAt(error.pos[0]),
        message,
        fix: 'Quote texts that contain a colon or begin with a special character.',
      });
    }
    return undefined;
  }
  const result = schema.safeParse(document.toJS());
  if (result.success) return result.data;
  for (const issue of result.error.issues) {
    // The nearest enclosing field that is there: a missing one has no place of its own.
    const path = [...issue.path] as (string | number)[];
    let range: readonly number[] | null | undefined;
    do range = rangeOf(path.length > 0 ? document.getIn(path, true) : document.contents);
    while (!range && path.pop() !== undefined);
    const name = issue.path.length > 0 ? `Field "${issue.path.join('.')}"` : 'The fields';
    report({
      line: range ? lineAt(range[0]!) : firstLine,
      message: `${name}: ${issue.message}.`,
      fix: `Correct it; sandbox-server/lab/front-matter.ts describes the fields.${fieldMeant(issue, schema)}`,
    });
  }
  return undefined;
}

function fieldMeant(issue: z.core.$ZodIssue, schema: unknown): string {
  if (issue.code !== 'unrecognized_keys' || issue.path.length > 0 || !(schema instanceof z.ZodObject)) return '';
  return didYouMean(issue.keys[0] ?? '', Object.keys(schema.shape));
}

function rangeOf(node: unknown): readonly number[] | null | undefined {
  return typeof node === 'object' && node !== null && 'range' in node
    ? (node.range as readonly number[] | null)
    : undefined;
}
