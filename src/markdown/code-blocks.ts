import type { Element, ElementContent } from 'hast';
import { defineHastPlugin } from 'satteri';
import type { ShikiTransformer } from 'shiki';
import { readFence } from '../../sandbox-server/lab/fence.ts';

/** Carries what a fence says after its language (`sh run machine=web`) onto the highlighted `pre`. */
export const markRunBlocks: ShikiTransformer = {
  name: 'mark-run-blocks',
  pre(node) {
    // What is wrong with a fence was reported with its line before the build began.
    const fence = readFence(this.options.lang, this.options.meta?.__raw, 0, () => undefined);
    if (fence === undefined) return;
    node.properties['data-run'] = '';
    if (fence.machine !== undefined) node.properties['data-machine'] = fence.machine;
  },
};

/**
 * Puts a frame around each code block: commands that the page can run get Copy and Run, other code gets Copy, and
 * output (`text`) nothing. The buttons need scripts, so they stay out of sight without.
 */
export const codeBlocks = defineHastPlugin({
  name: 'code-blocks',
  element: {
    filter: ['pre'],
    visit(node, context) {
      const { properties } = node;
      const run = properties['data-run'] !== undefined;
      const language = String(properties['dataLanguage'] ?? properties['data-language'] ?? 'plaintext');
      if (!run && OUTPUT_LANGUAGES.has(language)) {
        context.wrapNode(node, element('div', { className: ['code-block', 'code-output'] }));
        return;
      }
      const machine = properties['data-machine'];
      const code = context.textContent(node);
      const buttons = element('div', { className: ['code-buttons'], 'data-needs-js': '', 'data-pagefind-ignore': '' }, [
        button('Copy', code, { 'data-copy': '' }),
        ...(run ? [button('Run', code, { 'data-run': '', className: ['primary'] })] : []),
      ]);
      context.wrapNode(
        node,
        element(
          'div',
          {
            className: run ? ['code-block', 'run-block'] : ['code-block'],
            ...(run ? { 'data-run-block': '' } : { 'data-code-block': '' }),
            ...(machine === undefined ? {} : { 'data-machine': machine }),
          },
          [buttons],
        ),
      );
      if (!run) return;
      context.setProperty(node, 'data-run', null);
      // Commands wrap. What never scrolls needs no stop for the keyboard.
      context.setProperty(node, 'tabindex', null);
    },
  },
});

/** Characters of a command that a button's name repeats. */
const NAME_LENGTH = 60;

const OUTPUT_LANGUAGES = new Set(['text', 'plaintext', 'txt']);

type Properties = Element['properties'];

/** Its full name says which of the page's many Copy and Run it is. */
function button(label: string, code: string, properties: Properties): Element {
  const [line = ''] = code.trim().split('\n');
  const what = line.length > NAME_LENGTH ? `${line.slice(0, NAME_LENGTH)}…` : line;
  const all = { type: 'button', 'aria-label': `${label}: ${what}`, ...properties };
  return element('button', all, [{ type: 'text', value: label }]);
}

function element(tagName: string, properties: Properties, children: ElementContent[] = []): Element {
  return { type: 'element', tagName, properties, children };
}
