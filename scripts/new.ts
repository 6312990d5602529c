import { join, relative } from 'node:path';
import { parseArgs } from 'node:util';
import { frontMatterSchema } from '../sandbox-server/lab/front-matter.ts';
import { findLessons, findModules } from '../sandbox-server/lab/lesson-folders.ts';
import { BadLessonName, lessonPlace } from './new/lesson-place.ts';
import { makeLesson, titleOf } from './new/make-lesson.ts';
import { ROOT } from './options.ts';

const HELP = `npm run new -- lesson <module>/<name> [options]

Makes the next lesson of a module: a small one that works, with a page, a lab, a picture and files, for you to change.

  <module>/<name>            such as images/small-bases; also <course>/<module>/<name>

  --title <text>             as readers see it; default from the name: Small bases
  --help                     this text`;

const CONTENT = join(ROOT, 'content');

class Mistake extends Error {}

async function main(args: string[]): Promise<void> {
  const { values, positionals } = parse(args);
  const [kind, word, ...more] = positionals;
  if (values.help === true || kind === undefined) {
    console.log(HELP);
    return;
  }
  if (kind !== 'lesson')
    throw new Mistake(`“${kind}” cannot be made; a lesson can: npm run new -- lesson ${word ?? '<module>/<name>'}`);
  if (word === undefined) throw new Mistake('Which lesson? Write <module>/<name>, for example images/small-bases.');
  if (more.length > 0) throw new Mistake(`“${more.join(' ')}” is too much. A title with spaces needs quotes.`);
  const [modules, lessons] = await Promise.all([
    findModules(CONTENT, () => undefined),
    findLessons(CONTENT, () => undefined),
  ]);
  const { course, module, slug, folder } = lessonPlace(word, modules, lessons);
  const title = readTitle(values.title ?? titleOf(slug));
  await makeLesson(folder, title);
  const shown = relative(ROOT, folder);
  console.log(`
  ${shown} is a lesson that works. Change it:

    lesson.mdx   the page: text, commands to run, tasks, a quiz
    lab.ts       the sandbox, and for each task a check and the mistakes that it turns down
    mount.svg    a picture that follows the theme
    files/       what a learner finds in the home folder

  npm run dev
    shows it while you write, at /${course}/${module}/${slug}/
  npm run verify -- ${module}/${slug}
    proves that it can be solved, and that wrong answers are turned down
`);
}

function parse(args: string[]) {
  try {
    return parseArgs({
      args,
      allowPositionals: true,
      options: { title: { type: 'string' }, help: { type: 'boolean', short: 'h' } },
    });
  } catch (error) {
    throw new Mistake(error instanceof Error ? error.message : String(error));
  }
}

function readTitle(given: string): string {
  const result = frontMatterSchema.shape.title.safeParse(given);
  if (result.success) return result.data;
  throw new Mistake(`“${given}” cannot be a title: ${result.error.issues.map(({ message }) => message).join('; ')}.`);
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof Mistake || error instanceof BadLessonName)) throw error;
  console.error(`${error.message}\n\nnpm run new -- --help tells what can be said.`);
  process.exitCode = 2;
}
if (process.connected) process.disconnect?.();
