import { join } from 'node:path';
import { expect, test } from 'vitest';
import { loadLab, loadLessons } from '../../../sandbox-server/lab/lessons.ts';
import { contentFolder, labSource, lessonPage } from './content-folder.ts';

const LESSONS = {
  'containers/runtime/module.yaml': 'title: Runtime\nsummary: What starts\norder: 2',
  'containers/runtime/1-engine/lesson.mdx': lessonPage(),
  'containers/images/10-last/lesson.mdx': lessonPage(),
  'containers/images/2-first/lesson.mdx': lessonPage(),
  'containers/images/2-first/lab.ts': labSource({ sandbox: "files: ['../../files', './files']" }),
};

test('lessons come in reading order, with ids without numbers', async () => {
  await using content = await contentFolder(LESSONS);
  const lessons = await loadLessons(content.path);
  expect(lessons.map(({ id, order, labFile }) => [id, order, labFile !== undefined])).toEqual([
    ['containers/images/first', 2, true],
    ['containers/images/last', 10, false],
    ['containers/runtime/engine', 1, false],
  ]);
});

test('a lab is loaded with its folders of files, which are relative to it', async () => {
  await using content = await contentFolder(LESSONS);
  const [first, last] = await loadLessons(content.path);
  const { lab, filesFolders } = await loadLab(first!);
  expect(Object.keys(lab.tasks)).toEqual(['build']);
  expect(filesFolders).toEqual([
    join(content.path, 'containers/files'),
    join(content.path, 'containers/images/2-first/files'),
  ]);
  await expect(loadLab(last!)).rejects.toThrow('containers/images/last has no lab');
});

test('a faulty lesson is an error, or is left out and told', async () => {
  await using content = await contentFolder({ ...LESSONS, 'containers/images/2-first/lesson.mdx': '<Task>' });
  await expect(loadLessons(content.path)).rejects.toThrow(/2-first\/lesson\.mdx:1: The page is not valid MDX/);
  const faults: string[] = [];
  const lessons = await loadLessons(content.path, ({ file }) => faults.push(file));
  expect(lessons.map(({ slug }) => slug)).toEqual(['last', 'engine']);
  expect(faults).toEqual(['containers/images/2-first/lesson.mdx']);
});

test('what is no lab is not taken for one', async () => {
  await using content = await contentFolder({
    ...LESSONS,
    'containers/images/2-first/lab.ts': 'export default { tasks: [] };',
  });
  const [first] = await loadLessons(content.path);
  await expect(loadLab(first!)).rejects.toThrow(/This is not a lab: sandbox: .*; tasks: /);
});
