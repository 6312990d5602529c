import type { Lab } from './lab.ts';
import type { LessonPage } from './page.ts';

/** A lesson of `content/`. */
export interface Lesson {
  /** `<course>/<module>/<slug>`: `containers/images/what-an-image-is`. */
  id: string;
  course: string;
  module: string;
  slug: string;
  /** The number before the folder's name. */
  order: number;
  /** Absolute. */
  folder: string;
  page: LessonPage;
  /** Absolute path of lab.ts; undefined for a lesson that is only read. */
  labFile: string | undefined;
}

/** A lesson with its lab, imported. */
export interface LabLesson extends Lesson {
  lab: Lab;
  /** The folders whose content goes into the learner's home, in this order; absolute. */
  filesFolders: readonly string[];
}

/** All lessons below the folder, in the order of courses, modules and lessons. Throws when a page cannot be parsed. */
export async function loadLessons(contentFolder: string): Promise<Lesson[]> {
  throw new Error(`not written yet: ${contentFolder}`);
}

/** Imports the lesson's lab. Throws for a lesson without one. */
export async function loadLab(lesson: Lesson): Promise<LabLesson> {
  throw new Error(`not written yet: ${lesson.id}`);
}
