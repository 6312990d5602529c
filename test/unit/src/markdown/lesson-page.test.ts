import { mdxToJs } from 'satteri';
import { expect, test } from 'vitest';
import { lessonParts } from '../../../../src/markdown/lesson-parts.ts';

const PAGE = `
<Task id="first" title="Do it">
Text.

<Hint>One</Hint>

<Hint>Two</Hint>

<Solution>
Done.
</Solution>
</Task>

## A section

<Task id="second" title="Do more">
Text.
</Task>

<Question id="why" text="Why?">
<Choice text="So">No.</Choice>
<Choice text="Because" right>Yes.</Choice>
</Question>
`;

async function compile(source: string) {
  const astro = { frontmatter: { title: 'A lesson' } };
  const { code } = await mdxToJs(source, { hastPlugins: [lessonParts], data: { astro } });
  return { code: code.replace(/\s+/g, ' '), frontmatter: astro.frontmatter };
}

test('tasks and questions are listed in page order', async () => {
  const { frontmatter } = await compile(PAGE);
  expect(frontmatter).toEqual({
    title: 'A lesson',
    tasks: [
      { id: 'first', title: 'Do it' },
      { id: 'second', title: 'Do more' },
    ],
    questions: ['why'],
  });
});

test('hints know their number, choices their question, and help its place', async () => {
  const { code } = await compile(PAGE);
  expect(code).toMatch(/_jsx\(Hint, \{ number: "1", of: "2", slot: "help"/);
  expect(code).toMatch(/_jsx\(Hint, \{ number: "2", of: "2", slot: "help"/);
  expect(code).toMatch(/_jsx\(Solution, \{ slot: "help"/);
  expect(code).toMatch(/_jsx\(Choice, \{ text: "Because", right: true, question: "why"/);
});

test('a task’s heading leaves no level out', async () => {
  const { code } = await compile(PAGE);
  expect(code).toMatch(/id: "first", title: "Do it", level: "2"/);
  expect(code).toMatch(/id: "second", title: "Do more", level: "3"/);
});
