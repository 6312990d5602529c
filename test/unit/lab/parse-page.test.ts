import { expect, test } from 'vitest';
import { parsePage } from '../../../sandbox-server/lab/parse-page.ts';

const FRONT = ['---', 'title: Layers', 'summary: Why builds are fast', 'minutes: 15', '---', ''];

function parse(...body: string[]) {
  return parsePage([...FRONT, ...body].join('\n'), '/content/lesson.mdx');
}

const PAGE = [
  '## A stack', //                              7
  '',
  'Read [on](/containers/) and see ![it](./a.png).',
  '',
  '```sh run', //                              11
  'docker history shop:1',
  '```',
  '',
  '<Task id="reorder" title="Reorder it">',
  'Change it.',
  '',
  '<Hint>What?</Hint>',
  '<Solution>',
  '```sh run fails machine=db', //             20
  'false',
  '```',
  '</Solution>',
  '<Solution>',
  '```sh run',
  'true',
  '```',
  '</Solution>',
  '</Task>',
  '',
  '<Quiz>',
  '<Question id="why" text="Why?">',
  '<Choice text="Because" right>It is `so`.</Choice>',
  "<Choice text={'It\\'s not'}>No.</Choice>",
  '</Question>',
  '</Quiz>',
];

test('a page is read with run blocks, tasks, questions, links and headings in place', () => {
  const { page, faults } = parse(...PAGE);
  expect(faults).toEqual([]);
  expect(page).toMatchObject({
    frontMatter: { title: 'Layers', minutes: 15, sources: [] },
    runBlocks: [
      { code: 'docker history shop:1', line: 11, fails: false, task: undefined, inSolution: false },
      { code: 'false', line: 20, fails: true, machine: 'db', task: 'reorder', inSolution: true, solution: 1 },
      { code: 'true', fails: false, task: 'reorder', solution: 2 },
    ],
    tasks: [{ id: 'reorder', title: 'Reorder it', line: 15, hints: 1, solutions: 2 }],
    questions: [
      {
        id: 'why',
        choices: [
          { text: 'Because', right: true, explanation: 'It is so.' },
          { text: "It's not", right: false },
        ],
      },
    ],
    links: [{ url: '/containers/', line: 9 }, { url: './a.png' }],
    headings: [{ text: 'A stack', depth: 2, line: 7, anchor: 'a-stack' }],
  });
});

test('a fence of shell that nobody runs is a fault with its line', () => {
  expect(parse('```sh', 'ls', '```').faults).toMatchObject([
    { line: 7, message: expect.stringContaining('never executed') },
  ]);
  expect(parse('```bash run', 'ls', '```').faults).toHaveLength(1);
  expect(parse('```text', 'ls', '```').faults).toEqual([]);
});

test('a misspelt word on a run block is a fault that names the right one', () => {
  expect(parse('```sh run fail', 'ls', '```').faults).toMatchObject([
    { line: 7, fix: 'Write "fails" or leave it out.' },
  ]);
});

test('broken MDX is a fault with its line', () => {
  const { page, faults } = parse('<Task id="a" title="b">', '', 'text');
  expect(page).toBeUndefined();
  expect(faults).toMatchObject([{ line: 7, message: expect.stringContaining('closing tag') }]);
});

test('an unknown component is a fault that names the nearest one; imported ones are known', () => {
  expect(parse('<Fgure alt="x" />').faults).toMatchObject([{ line: 7, fix: expect.stringContaining('"Figure"') }]);
  expect(parse("import Stack from './s.svg'", '', '<Figure alt="x"><Stack /></Figure>').faults).toEqual([]);
});

test('a solution outside a task and a task without an id are faults', () => {
  expect(parse('<Solution>x</Solution>').faults).toMatchObject([{ message: '<Solution> stands outside a <Task>.' }]);
  expect(parse('<Task title="x">y</Task>').faults).toMatchObject([{ message: expect.stringContaining('no id') }]);
});

test('faults of the front matter have the line of the field', () => {
  const { faults } = parsePage('---\ntitle: X\nsummary: Y\nminutes: many\nmore: 1\n---\n', '/x');
  expect(faults).toMatchObject([
    { line: 4, message: expect.stringContaining('"minutes"') },
    { line: 2, message: expect.stringContaining('more') },
  ]);
  expect(parsePage('# Hi\n', '/x').faults).toMatchObject([{ message: 'The page has no front matter.' }]);
});

test('a figure to try takes what it can do, and nothing else', () => {
  const figure = (attributes: string) => parse(`<ClusterFigure ${attributes} />`).faults;
  expect(figure('')).toEqual([]);
  expect(figure('nodes={2} replicas={0} actions={["scale", \'roll out\', \'roll back\',]} caption="Try it"')).toEqual(
    [],
  );
  expect(figure('node={2}')).toMatchObject([
    { line: 7, message: 'A <ClusterFigure> has no node.', fix: expect.stringContaining('Did you mean "nodes"?') },
  ]);
  for (const wrong of [
    'nodes={5}',
    'nodes="2"',
    'nodes={0}',
    'nodes',
    'replicas={9}',
    'replicas={-1}',
    'nodes={two}',
  ]) {
    expect(figure(wrong), wrong).toMatchObject([
      { line: 7, message: expect.stringContaining('is not a whole number') },
    ]);
  }
  for (const wrong of ['actions="kill"', 'actions={[]}', 'actions={all}', 'actions={[kill]}', 'actions']) {
    expect(figure(wrong), wrong).toMatchObject([{ message: expect.stringContaining('is not a list of texts') }]);
  }
  expect(figure("actions={['scale', 'rollout']}")).toMatchObject([
    {
      message: 'A <ClusterFigure> has no action "rollout".',
      fix: expect.stringContaining('Did you mean "roll out"?'),
    },
  ]);
  expect(figure("actions={['roll back']}")).toMatchObject([
    { message: expect.stringContaining('nothing was rolled out') },
  ]);
  expect(figure('caption=""')).toMatchObject([{ message: expect.stringContaining('caption') }]);
});
