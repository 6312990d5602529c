import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { makeLesson } from '../../scripts/new/make-lesson.ts';
import { ROOT } from '../../scripts/options.ts';

/** Its id. */
export const MADE = 'course/module/made';

export interface MadeLesson extends AsyncDisposable {
  /** The folder that `content` is in. */
  root: string;
  contentDir: string;
  folder: string;
  file: (name: string) => string;
}

/** A content folder with the one lesson that `npm run new` makes. Inside the checkout, where `#lab` can be found. */
export async function madeLesson(title = 'Made'): Promise<MadeLesson> {
  await mkdir(join(ROOT, '.drydock'), { recursive: true });
  const root = await mkdtemp(join(ROOT, '.drydock/made-'));
  const contentDir = join(root, 'content');
  const module = join(contentDir, 'course/module');
  await mkdir(module, { recursive: true });
  await writeFile(join(contentDir, 'course/course.yaml'), 'title: Course\nsummary: A course of the tests\n');
  await writeFile(join(module, 'module.yaml'), 'title: Module\nsummary: A module of the tests\norder: 1\n');
  const folder = join(module, '1-made');
  await makeLesson(folder, title);
  return {
    root,
    contentDir,
    folder,
    file: (name) => join(folder, name),
    [Symbol.asyncDispose]: () => rm(root, { recursive: true, force: true }),
  };
}
