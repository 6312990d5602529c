import GithubSlugger from 'github-slugger';
import type { MdastNode } from 'satteri';
import { clusterFigureFaults } from './cluster-figure-faults.ts';
import { readFence } from './fence.ts';
import { attribute, isJsx, type JsxElement, textAttribute, textOf } from './jsx.ts';
import { didYouMean } from './nearest.ts';
import type { LessonPage, PageFault, PageQuestion, PageTask } from './page.ts';

/** Components that every lesson has without importing them. */
export const COMPONENTS = [
  'Task',
  'Hint',
  'Solution',
  'Quiz',
  'Question',
  'Choice',
  'Figure',
  'ClusterFigure',
  'InProduction',
  'Aside',
] as const;

/** What a component must stand in. */
const PARENTS: Partial<Record<string, string>> = {
  Hint: 'Task',
  Solution: 'Task',
  Question: 'Quiz',
  Choice: 'Question',
};

type Found = Omit<LessonPage, 'file' | 'frontMatter'>;

interface Place {
  task?: PageTask;
  question?: PageQuestion;
  /** Counted from 1 within the task. */
  solution?: number;
  /** Names of the elements around. */
  within: readonly string[];
}

/** Collects what there is on a page. */
export function walkPage(root: MdastNode, report: (fault: PageFault) => void): Found {
  const found: Found = { runBlocks: [], tasks: [], questions: [], links: [], headings: [], figures: [], imports: [] };
  const used: { name: string; line: number }[] = [];
  const slugger = new GithubSlugger();

  const visit = (node: MdastNode, place: Place): void => {
    const line = lineOf(node);
    if (isJsx(node)) return visitElement(node, line, place);
    switch (node.type) {
      case 'code': {
        const fence = readFence(node.lang, node.meta, line, report);
        const { task, solution } = place;
        if (fence)
          found.runBlocks.push({
            code: node.value,
            line,
            ...fence,
            task: task?.id,
            inSolution: solution !== undefined,
            solution,
          });
        return;
      }
      case 'heading': {
        const text = textOf(node);
        found.headings.push({ text, depth: node.depth, line, anchor: slugger.slug(text) });
        break;
      }
      case 'link':
      case 'image':
      case 'definition':
        found.links.push({ url: node.url, line });
        break;
      case 'mdxjsEsm':
        found.imports.push(...importsOf(node.value, line));
        return;
      default:
    }
    visitChildren(node, place);
  };

  const visitChildren = (node: MdastNode, place: Place): void => {
    if ('children' in node) for (const child of node.children) visit(child, place);
  };

  const visitElement = (element: JsxElement, line: number, place: Place): void => {
    const name = element.name ?? '';
    const inside: Place = { ...place, within: [...place.within, name] };
    if (/^[A-Z]/.test(name)) used.push({ name: name.split('.')[0]!, line });
    const parent = PARENTS[name];
    if (parent && !place.within.includes(parent)) {
      report({ line, message: `<${name}> stands outside a <${parent}>.`, fix: `Move it into its <${parent}>.` });
    }
    const need = (attributeName: string, example: string): string => {
      const value = textAttribute(element, attributeName);
      if (value !== undefined) return value;
      const message = `<${name}> has no ${attributeName}, or one that is not plain text.`;
      report({ line, message, fix: `Write <${name} ${attributeName}="${example}" …>.` });
      return '';
    };
    switch (name) {
      case 'Task': {
        if (place.task)
          report({
            line,
            message: 'A <Task> stands in another one.',
            fix: 'End the first one with </Task> before it.',
          });
        const task = {
          id: need('id', 'build-it'),
          title: need('title', 'Build the image'),
          line,
          hints: 0,
          solutions: 0,
        };
        found.tasks.push(task);
        inside.task = task;
        break;
      }
      case 'Hint':
        if (place.task) place.task.hints++;
        break;
      case 'Solution':
        if (place.task) place.task.solutions++;
        inside.solution = place.task?.solutions ?? 1;
        break;
      case 'Question': {
        const question = { id: need('id', 'why-layers'), text: need('text', 'Why …?'), line, choices: [] };
        found.questions.push(question);
        inside.question = question;
        break;
      }
      case 'Choice': {
        const explanation = textOf(element).trim();
        const right = attribute(element, 'right') === true;
        place.question?.choices.push({ text: need('text', 'Because …'), right, explanation, line });
        break;
      }
      case 'Figure':
        found.figures.push({ alt: textAttribute(element, 'alt'), line });
        break;
      case 'ClusterFigure':
        for (const fault of clusterFigureFaults(element)) report({ line, ...fault });
        break;
      case 'a':
      case 'img': {
        const url = textAttribute(element, name === 'a' ? 'href' : 'src');
        if (url !== undefined) found.links.push({ url, line });
        break;
      }
      default:
    }
    visitChildren(element, inside);
  };

  visit(root, { within: [] });
  reportUnknownComponents(
    used,
    found.imports.map((entry) => entry.name),
    report,
  );
  return found;
}

function reportUnknownComponents(
  used: readonly { name: string; line: number }[],
  imported: readonly string[],
  report: (fault: PageFault) => void,
): void {
  const known = [...COMPONENTS, ...imported];
  for (const { name, line } of used) {
    if (known.includes(name)) continue;
    const fix = `Use one of ${COMPONENTS.join(', ')}, or import it.${didYouMean(name, known)}`;
    report({ line, message: `There is no component <${name}>.`, fix });
  }
}

/** Default and namespace imports are all that lessons need: `import Stack from './stack.svg'`. */
function importsOf(source: string, firstLine: number): LessonPage['imports'] {
  return source.split('\n').flatMap((text, index) => {
    const match = /^\s*import\s+(?:\*\s+as\s+)?([\w$]+)\s+from\s+(['"])(.+?)\2/.exec(text);
    return match ? [{ name: match[1]!, from: match[3]!, line: firstLine + index }] : [];
  });
}

function lineOf(node: MdastNode): number {
  return node.position?.start.line ?? 1;
}
