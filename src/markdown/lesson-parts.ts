import type { HastPluginEntry, HastNode, MdxJsxFlowElementHast } from 'satteri';

/** What the page's frame says about a lesson's content: read by `render(entry).remarkPluginFrontmatter`. */
export interface LessonParts {
  tasks: { id: string; title: string }[];
  questions: string[];
}

declare module 'satteri' {
  interface DataMap {
    astro: { frontmatter: Record<string, unknown> };
  }
}

/**
 * Tells components what only their surroundings know (a hint its number, a choice its question), puts a task's help
 * into its place, and lists the lesson's tasks and questions in its front matter.
 */
export const lessonParts: HastPluginEntry = () => {
  const parts: LessonParts = { tasks: [], questions: [] };
  let inSection = false;
  return {
    name: 'lesson-parts',
    element: {
      filter: ['h2'],
      visit: () => {
        inSection = true;
      },
    },
    mdxJsxFlowElement: {
      filter: ['Task', 'Question'],
      visit(node, context) {
        const set = (child: HastNode, attributes: Record<string, string>) => {
          for (const [name, value] of Object.entries(attributes)) context.setProperty(child, name, value);
        };
        if (node.name === 'Task') {
          parts.tasks.push({ id: attribute(node, 'id'), title: attribute(node, 'title') });
          // No level may be left out between the page's heading and a task's.
          set(node, { level: inSection ? '3' : '2' });
          const hints = childrenNamed(node, 'Hint');
          hints.forEach((hint, index) => set(hint, { number: `${index + 1}`, of: `${hints.length}`, slot: 'help' }));
          for (const solution of childrenNamed(node, 'Solution')) set(solution, { slot: 'help' });
        } else {
          const question = attribute(node, 'id');
          parts.questions.push(question);
          for (const choice of childrenNamed(node, 'Choice')) set(choice, { question });
        }
      },
    },
    after(_root, context) {
      const { astro } = context.data;
      if (astro !== undefined) Object.assign(astro.frontmatter, parts);
    },
  };
};

function childrenNamed(node: Readonly<MdxJsxFlowElementHast>, name: string): MdxJsxFlowElementHast[] {
  return node.children.filter((child) => child.type === 'mdxJsxFlowElement').filter((child) => child.name === name);
}

function attribute(node: Readonly<MdxJsxFlowElementHast>, name: string): string {
  const found = node.attributes.find((one) => one.type === 'mdxJsxAttribute' && one.name === name);
  return typeof found?.value === 'string' ? found.value : '';
}
