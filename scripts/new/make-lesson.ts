import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** A small lesson that works. */
const TEMPLATE = join(import.meta.dirname, 'lesson');
const TITLE_MARK = '__TITLE__';

/** Makes the folder of a lesson that works, for its author to change. Throws when there is such a folder; nothing half made stays. */
export async function makeLesson(folder: string, title: string): Promise<void> {
  await mkdir(folder);
  try {
    await cp(TEMPLATE, folder, { recursive: true });
    const page = join(folder, 'lesson.mdx');
    const text = await readFile(page, 'utf8');
    // As JSON a title is valid YAML, whatever is in it.
    const inYaml = /^[\w][\w ,.]*$/.test(title) ? title : JSON.stringify(title);
    await writeFile(
      page,
      text.replace(TITLE_MARK, () => inYaml),
    );
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
}

/** `small-bases` → `Small bases` */
export function titleOf(slug: string): string {
  const words = slug.replaceAll('-', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}
