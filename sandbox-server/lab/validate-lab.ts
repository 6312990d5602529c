import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { relative } from 'node:path';
import { z } from 'zod';
import type { Lab } from './lab.ts';
import { type LabLesson, type Lesson, loadLab, machinesOf } from './lessons.ts';
import { didYouMean } from './nearest.ts';
import type { LessonPage, PageFault } from './page.ts';
import { whyNotLoaded } from './why-not-loaded.ts';

interface Fault extends PageFault {
  file: string;
}

/** What is wrong with a lesson's lab, and between page and lab. `images`: what the course mirror has, if known. */
export async function labProblems(lesson: Lesson, images: readonly string[] | undefined): Promise<Fault[]> {
  const { page, labFile } = lesson;
  if (!labFile)
    return page.tasks.slice(0, 1).map(({ line }) => ({
      file: page.file,
      line,
      message: 'The page has tasks and no lab.',
      fix: 'Create lab.ts beside it: export default defineLab({ … }).',
    }));
  const source = await readFile(labFile, 'utf8');
  let loaded: LabLesson;
  try {
    loaded = await loadLab(lesson);
  } catch (error) {
    return whyNotLoaded(error, source, labFile).map((fault) => ({ file: labFile, ...fault }));
  }
  const inLab = (id: string, message: string, fix: string): Fault => ({
    file: labFile,
    line: lineOfKey(source, id),
    message,
    fix,
  });
  return [
    ...taskMismatches(page, loaded.lab, inLab),
    ...unsolvable(page, loaded.lab),
    ...tooFewNearMisses(loaded.lab, inLab),
    ...unknownMachines(page, loaded.lab),
    ...loaded.filesFolders
      .filter((folder) => !existsSync(folder))
      .map((folder) => {
        const shown = relative(lesson.folder, folder);
        return inLab(
          'files',
          `There is no folder ${shown}.`,
          'Create it, or correct its path, which is relative to lab.ts.',
        );
      }),
    ...(loaded.lab.sandbox.images ?? [])
      .filter((image) => images && !images.includes(image))
      .map((image) =>
        inLab(
          'images',
          `The course mirror has no image ${image}.`,
          `Add it to images/lab/manifest.json.${didYouMean(image, images ?? [])}`,
        ),
      ),
  ];
}

const manifestSchema = z.array(z.looseObject({ names: z.array(z.string()) }));

/** `name:tag` of the images in the manifest; undefined without a manifest. */
export async function readManifest(file: string): Promise<string[] | undefined> {
  if (!existsSync(file)) return undefined;
  return manifestSchema.parse(JSON.parse(await readFile(file, 'utf8'))).flatMap((image) => image.names);
}

function taskMismatches(
  page: LessonPage,
  lab: Lab,
  inLab: (id: string, message: string, fix: string) => Fault,
): Fault[] {
  const onPage = page.tasks.map((task) => task.id);
  const graded = Object.keys(lab.tasks);
  return [
    ...page.tasks
      .filter(({ id }) => id !== '' && !graded.includes(id))
      .map(({ id, line }) => ({
        file: page.file,
        line,
        message: `Task "${id}" is not in lab.ts, so nothing grades it.`,
        fix: `Add it to the tasks of lab.ts.${didYouMean(id, graded)}`,
      })),
    ...graded
      .filter((id) => !onPage.includes(id))
      .map((id) =>
        inLab(
          id,
          `Task "${id}" is not on the page.`,
          `Add <Task id="${id}" …> to lesson.mdx, or remove it here.${didYouMean(id, onPage)}`,
        ),
      ),
  ];
}

/** Tasks that nobody shows how to solve. */
function unsolvable(page: LessonPage, lab: Lab): Fault[] {
  return page.tasks.flatMap(({ id, line }): Fault[] => {
    const task = lab.tasks[id];
    if (!task || task.answer || page.runBlocks.some((block) => block.task === id && block.inSolution)) return [];
    return [
      {
        file: page.file,
        line,
        message: `Task "${id}" has no solution to type.`,
        fix: 'Add a <Solution> with a ```sh run block, or answer: { solve } in lab.ts.',
      },
    ];
  });
}

/** One mistake is an example; from two on a check has to tell mistakes apart. */
const MIN_NEAR_MISSES = 2;

function tooFewNearMisses(lab: Lab, inLab: (id: string, message: string, fix: string) => Fault): Fault[] {
  return Object.entries(lab.tasks)
    .filter(([, { nearMisses }]) => nearMisses.length < MIN_NEAR_MISSES)
    .map(([id, { nearMisses }]) =>
      inLab(
        id,
        `Task "${id}" has ${nearMisses.length} of at least ${MIN_NEAR_MISSES} near misses.`,
        'Add mistakes that people really make, each with the words that help.',
      ),
    );
}

function unknownMachines(page: LessonPage, lab: Lab): Fault[] {
  const machines = machinesOf(lab);
  return page.runBlocks.flatMap(({ machine, line }): Fault[] => {
    if (machine === undefined || machines.includes(machine)) return [];
    const fix = `The lab has ${machines.join(', ')}.${didYouMean(machine, machines)}`;
    return [{ file: page.file, line, message: `There is no machine "${machine}".`, fix }];
  });
}

/** The line where a property of that name is declared, as well as text tells. */
function lineOfKey(source: string, key: string): number | undefined {
  const escaped = key.replace(/[^\w-]/g, '\\$&');
  const at = source.search(new RegExp(`(?<![\\w'"-])(['"]?)${escaped}\\1\\s*:`));
  if (at < 0) return undefined;
  const start = at + (/^\s*/.exec(source.slice(at))?.[0].length ?? 0);
  return source.slice(0, start).split('\n').length;
}
