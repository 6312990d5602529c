import { join } from 'node:path';
import { expect, test } from 'vitest';
import { formatProblem, validateContent } from '../../../sandbox-server/lab/validate.ts';
import { contentFolder, labSource, lessonPage } from './content-folder.ts';

const LESSON = 'containers/images/1-layers';

async function problemsOf(page: string, lab: string | undefined, more: Record<string, string> = {}) {
  const labFile: Record<string, string> = lab === undefined ? {} : { [`${LESSON}/lab.ts`]: lab };
  await using content = await contentFolder({ [`${LESSON}/lesson.mdx`]: page, ...labFile, ...more });
  return await validateContent(content.path, { imageManifest: join(content.path, 'manifest.json') });
}

test('a good lesson has no problems', async () => {
  expect(await problemsOf(lessonPage(), labSource())).toEqual([]);
});

test('tasks that only the page or only the lab has are named with file, line and the nearest name', async () => {
  const tasks =
    "\n    biuld: { check: 'true', nearMisses: [{ run: 'true', says: 'no' }, { run: 'ls', says: 'no' }] },\n";
  const problems = await problemsOf(lessonPage(), labSource({ tasks }));
  expect(problems).toMatchObject([
    {
      file: `${LESSON}/lab.ts`,
      line: 5,
      message: 'Task "biuld" is not on the page.',
      fix: expect.stringContaining('"build"?'),
    },
    { file: `${LESSON}/lesson.mdx`, line: 11, message: 'Task "build" is not in lab.ts, so nothing grades it.' },
  ]);
  expect(formatProblem(problems[1]!)).toMatch(/lesson\.mdx:11: Task "build".*\n {2}→ Add it/);
});

test('a task without a near miss, and a field that no lab has, are named', async () => {
  const problems = await problemsOf(
    lessonPage(),
    labSource({ tasks: "\n    build: { check: 'true', nearMisses: [], hodls: true },\n" }),
  );
  expect(problems).toMatchObject([
    { line: 5, message: 'tasks.build.nearMisses: needs at least one near miss.' },
    { line: 5, message: 'tasks.build has no option "hodls".', fix: expect.stringContaining('Did you mean "holds"?') },
  ]);
});

test('a lab may ask for a shared cluster, and for no cluster that there is not', async () => {
  expect(await problemsOf(lessonPage(), labSource({ sandbox: "cluster: 'shared'" }))).toEqual([]);
  expect(await problemsOf(lessonPage(), labSource({ sandbox: "cluster: 'own'" }))).toMatchObject([
    { file: `${LESSON}/lab.ts`, message: expect.stringContaining('sandbox.cluster') },
  ]);
});

test('a task with a single near miss is named with its line', async () => {
  const tasks = "\n    build: { check: 'true', nearMisses: [{ run: 'true', says: 'no' }] },\n";
  const problems = await problemsOf(lessonPage(), labSource({ tasks }));
  expect(problems).toMatchObject([
    { file: `${LESSON}/lab.ts`, message: 'Task "build" has 1 of at least 2 near misses.' },
  ]);
  expect(problems[0]?.line).toBeGreaterThan(0);
});

test('a lab that does not load is a problem of its file', async () => {
  const problems = await problemsOf(lessonPage(), 'throw new Error("kaputt");');
  expect(problems).toMatchObject([{ file: `${LESSON}/lab.ts`, message: 'The lab does not load: kaputt', line: 1 }]);
});

test('tasks without a lab, and a task without a solution, are problems', async () => {
  expect(await problemsOf(lessonPage(), undefined)).toMatchObject([{ message: 'The page has tasks and no lab.' }]);
  const page = lessonPage({ task: '<Task id="build" title="Build it">Do.</Task>' });
  expect(await problemsOf(page, labSource())).toMatchObject([{ message: 'Task "build" has no solution to type.' }]);
});

test('missing folders of files, unknown images and unknown machines are problems', async () => {
  const page = lessonPage({ more: '```sh run machine=hots\nls\n```' });
  const lab = labSource({ sandbox: "files: ['./files'], images: ['busybox:1.36']" });
  const manifest = JSON.stringify([{ names: ['busybox:1.37'] }]);
  const messages = (await problemsOf(page, lab, { 'manifest.json': manifest })).map(
    ({ message, fix }) => `${message} ${fix}`,
  );
  expect(messages).toEqual([
    expect.stringContaining('There is no folder files.'),
    expect.stringMatching(/no image busybox:1\.36\..*Did you mean "busybox:1\.37"/),
    expect.stringMatching(/no machine "hots"\..*Did you mean "host"/),
  ]);
});

test('dead links are problems: pages, anchors, files; live ones are not', async () => {
  const more = [
    '[a](/containers/images/layers/) [b](../layers/#start) [c](#task-build) [d](https://example.org)',
    '[e](/containers/images/layer/)',
    '[f](#strat)',
    '![g](./none.png)',
    '[h](javascript:alert(1))',
  ].join('\n');
  const problems = await problemsOf(lessonPage({ more }), labSource());
  expect(problems).toMatchObject([
    { message: 'There is no page /containers/images/layer/.', fix: 'Did you mean /containers/images/layers/?' },
    { message: '/containers/images/layers/ has no heading #strat.', fix: 'Did you mean #start?' },
    { message: 'There is no file ./none.png.' },
    { message: expect.stringContaining('is not a link') },
  ]);
});

test('a short quiz, two right choices, a silent choice, duplicate ids and a figure without alt are problems', async () => {
  const quiz = [
    '<Quiz>',
    '<Question id="q1" text="Why?"><Choice text="A" right>Yes.</Choice><Choice text="B" right></Choice></Question>',
    '<Question id="q1" text="How?"><Choice text="A" right>Yes.</Choice><Choice text="B">No.</Choice></Question>',
    '</Quiz>',
  ].join('\n');
  const problems = await problemsOf(lessonPage({ quiz, more: '<Figure caption="x">y</Figure>' }), labSource());
  expect(problems.map((problem) => problem.message)).toEqual([
    'The quiz has 2 of at least 3 questions.',
    'Question "q1" has 2 right choices.',
    'The choice "B" is not explained.',
    'The question id "q1" is taken: line 22 has it.',
    'A <Figure> has no alt, so those who cannot see it do not know what it shows.',
  ]);
});

test('badly named folders and missing YAML are problems, and all are reported at once', async () => {
  const problems = await problemsOf('no front matter', undefined, {
    'containers/images/layers/lesson.mdx': lessonPage(),
    'containers/images/1-twin/lesson.mdx': lessonPage({ front: 'title: A\nsummary: B' }),
    'containers/runtime/1-engine/lesson.mdx': lessonPage({ task: '' }),
    'containers/files/notes.txt': 'shared by lessons, not a module',
  });
  expect(problems.map(({ file, message }) => `${file}: ${message}`)).toEqual(
    expect.arrayContaining([
      'containers/images/1-twin: Folder "1-twin" has the number or the name of "1-layers".',
      'containers/images/layers: Folder "layers" is not named as courses, modules and lessons are.',
      'containers/runtime/module.yaml: There is no such file.',
      'containers/images/1-layers/lesson.mdx: The page has no front matter.',
      expect.stringContaining('containers/images/1-twin/lesson.mdx: Field "minutes"'),
    ]),
  );
  expect(problems.filter(({ file }) => file.startsWith('containers/files'))).toEqual([]);
});
