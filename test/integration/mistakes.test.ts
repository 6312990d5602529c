import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { validateContent } from '../../sandbox-server/lab/validate.ts';
import { ROOT } from '../../scripts/options.ts';
import { madeLesson } from '../support/made-lesson.ts';

/** As Node itself loads labs: its own words are part of what authors read. What is changed to what, in which file; place, words, fix. */
test.each([
  ['lesson.mdx', '<Figure', '<Figur', 'lesson.mdx:29', /Figur/, /Did you mean "Figure"/],
  ['lesson.mdx', '<Task id="greet" ', '<Task ', 'lesson.mdx:33', /<Task> has no id/, /Write <Task id=/],
  ['lesson.mdx', 'minutes: 10', 'minute: 10', 'lesson.mdx:2', /"minute"/, /Did you mean "minutes"/],
  ['lesson.mdx', '</Quiz>', '', 'lesson.mdx:69', /closing tag for `<Quiz>`/, /Close every tag/],
  ['lesson.mdx', './mount.svg', './mont.svg', 'lesson.mdx:10', /no file .\/mont.svg/, /Create it beside the page/],
  ['lab.ts', 'tasks: {', 'tasks: {{', 'lab.ts:5', /Unexpected token/, /a comma, bracket or quote/],
  ['lab.ts', "files: './files'", "file: './files'", 'lab.ts:4', /no option "file"/, /Did you mean "files"/],
  ['lab.ts', 'check: async ({ docker, answer', 'chek: async ({ docker, answer', 'lab.ts:26', /no check/, /Add check/],
  ['lab.ts', ", says: 'An exit code is a number' }", ' }', 'lab.ts:38', /nearMisses.0.says/, /Add says/],
  ['lab.ts', "label: 'Exit code',", '', 'lab.ts:30', /answer has no label/, /Add label/],
  ['lab.ts', "'busybox:1.37'", "'busybox:1.36'", 'lab.ts:4', /no image busybox:1.36/, /Did you mean "busybox:1.37"/],
  [
    'lab.ts',
    '{ defineLab }',
    '{ defineLabs }',
    'lab.ts:1',
    /no.* export named 'defineLabs'/,
    /Did you mean "defineLab"/,
  ],
  ['lab.ts', 'export default', "import './x.ts';\nexport default", 'lab.ts:3', /imports x.ts/, /Create the file/],
  ['lab.ts', 'export default', 'nope();\nexport default', 'lab.ts:3', /nope is not defined/, /Mend this line/],
])('%s: %s written as %s is told at %s', async (name, from, to, place, words, fix) => {
  await using made = await madeLesson();
  const text = await readFile(made.file(name), 'utf8');
  expect(text).toContain(from);
  await writeFile(
    made.file(name),
    text.replace(from, () => to),
  );
  const problems = await validateContent(made.contentDir, { imageManifest: join(ROOT, 'images/lab/manifest.json') });
  const told = problems.map((problem) => ({ ...problem, place: `${problem.file.split('/').at(-1)}:${problem.line}` }));
  expect(told).toContainEqual(
    expect.objectContaining({ place, message: expect.stringMatching(words), fix: expect.stringMatching(fix) }),
  );
});
