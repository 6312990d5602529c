import { rm, writeFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { LessonSource } from '../../sandbox-server/lesson-source.ts';
import { MADE, madeLesson } from '../support/made-lesson.ts';
import { labSource, lessonPage } from './lab/content-folder.ts';

test('an unknown lesson, and one without a lab, are refused', async () => {
  await using made = await madeLesson();
  await rm(made.file('lab.ts'));
  const lessons = await LessonSource.open(made.contentDir);
  await expect(lessons.lab('course/module/none')).rejects.toMatchObject({ code: 'unknown-lesson' });
  await expect(lessons.lab(MADE)).rejects.toMatchObject({ code: 'lesson-without-lab' });
  expect(lessons.has(MADE)).toBe(true);
});

test('a changed lab in use is told; whether its sandbox needs a reset, too', async () => {
  await using made = await madeLesson();
  const lessons = await LessonSource.open(made.contentDir);
  const write = async (sandbox: string) => {
    await writeFile(made.file('lab.ts'), labSource({ sandbox }));
    return lessons.refresh([made.file('lab.ts')]);
  };
  expect(await write("images: ['busybox:1.37'], files: './files'")).toEqual([]);
  const before = await lessons.lab(MADE);
  expect(await write("images: ['busybox:1.37'], files: './files' /* another check */")).toMatchObject([
    { lesson: { id: MADE }, needsReset: false },
  ]);
  expect((await lessons.lab(MADE)).labModule).not.toBe(before.labModule);
  expect(await write("files: './files', setup: ['true']")).toMatchObject([{ needsReset: true }]);
  expect(await lessons.refresh([made.file('files/greeting.txt')])).toMatchObject([{ needsReset: true }]);
  expect(await lessons.refresh([made.file('lesson.mdx')])).toEqual([]);
});

test('of a page or a lab at fault the last good version stays, and what is repaired is taken again', async () => {
  await using made = await madeLesson();
  const lessons = await LessonSource.open(made.contentDir);
  const before = await lessons.lab(MADE);
  await writeFile(made.file('lesson.mdx'), '<Task');
  await writeFile(made.file('lab.ts'), 'export default {{');
  expect(await lessons.refresh([made.file('lab.ts')])).toEqual([]);
  expect(lessons.has(MADE)).toBe(true);
  expect(await lessons.lab(MADE)).toBe(before);
  await writeFile(made.file('lesson.mdx'), lessonPage());
  await writeFile(made.file('lab.ts'), labSource());
  expect(await lessons.refresh([made.file('lab.ts')])).toMatchObject([{ lesson: { id: MADE } }]);
});

test('a lab that never loaded is asked for again', async () => {
  await using made = await madeLesson();
  await writeFile(made.file('lab.ts'), 'throw new Error("kaputt");');
  const lessons = await LessonSource.open(made.contentDir, { lenient: true });
  await expect(lessons.lab(MADE)).rejects.toThrow('kaputt');
  await writeFile(made.file('lab.ts'), labSource());
  await lessons.refresh([made.file('lab.ts')]);
  expect(await lessons.lab(MADE)).toMatchObject({ id: MADE });
});
