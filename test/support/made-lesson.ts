import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { makeLesson } from '../../scripts/new/make-lesson.ts';
import { ROOT } from '../../scripts/options.ts';

/** A content folder with the one lesson that `npm run new` makes. Inside the checkout, where `#lab` can be found. */
export async function madeLesson(
  title = 'Made',
): Promise<AsyncDisposable & { contentDir: string; folder: string; file: (name: string) => string }> {
  await mkdir(join(ROOT, '.drydock'), { recursive: true });
  const contentDir = await mkdtemp(join(ROOT, '.drydock/content-'));
  const module = join(contentDir, 'course/module');
  await mkdir(module, { recursive: true });
  await writeFile(join(contentDir, 'course/course.yaml'), 'title: Course\nsummary: A course of the tests\n');
  await writeFile(join(module, 'module.yaml'), 'title: Module\nsummary: A module of the tests\norder: 1\n');
  const folder = join(module, '1-made');
  await makeLesson(folder, title);
  return {
    contentDir,
    folder,
    file: (name) => join(folder, name),
    [Symbol.asyncDispose]: () => rm(contentDir, { recursive: true, force: true }),
  };
}
