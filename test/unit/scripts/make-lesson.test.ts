import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { loadLessons } from '../../../sandbox-server/lab/lessons.ts';
import { validateContent } from '../../../sandbox-server/lab/validate.ts';
import { makeLesson, titleOf } from '../../../scripts/new/make-lesson.ts';
import { ROOT } from '../../../scripts/options.ts';
import { madeLesson } from '../../support/made-lesson.ts';

test('a new lesson has no problems, and the title that was given, whatever is in it', async () => {
  const title = 'Mounts: "first" $& steps';
  await using made = await madeLesson(title);
  expect(await validateContent(made.contentDir, { imageManifest: join(ROOT, 'images/lab/manifest.json') })).toEqual([]);
  const [lesson] = await loadLessons(made.contentDir);
  expect(lesson?.page.frontMatter.title).toBe(title);
  expect(await readFile(made.file('mount.svg'), 'utf8')).toContain('fig-text');
});

test('what is there already stays as it is', async () => {
  await using made = await madeLesson();
  const before = await readFile(made.file('lesson.mdx'), 'utf8');
  await expect(makeLesson(made.folder, 'Another')).rejects.toThrow('EEXIST');
  expect(await readFile(made.file('lesson.mdx'), 'utf8')).toBe(before);
  expect((await readdir(made.folder)).sort()).toEqual(['files', 'lab.ts', 'lesson.mdx', 'mount.svg']);
});

test('a title comes from the name when none is given', () => {
  expect(titleOf('small-bases')).toBe('Small bases');
});
