import { join, resolve, sep } from 'node:path';
import { DrydockError } from './errors.ts';
import type { Lab } from './lab/lab.ts';
import { type LabLesson, type Lesson, loadLab, loadLessons } from './lab/lessons.ts';

/** A lesson's lab that was replaced by a newer version of it. */
export interface LabChange {
  lesson: LabLesson;
  /** A sandbox of the older version lacks something: files, images, setup. */
  needsReset: boolean;
}

/** The lessons that the server knows, and their labs, each loaded when it is first asked for. */
export class LessonSource {
  readonly #contentDir: string;
  #lessons: ReadonlyMap<string, Lesson>;
  readonly #labs = new Map<string, Promise<LabLesson>>();
  #refreshing: Promise<unknown> = Promise.resolve();

  private constructor(contentDir: string, lessons: readonly Lesson[]) {
    this.#contentDir = contentDir;
    this.#lessons = byId(lessons);
  }

  /** With `lenient`, lessons at fault are left out; without, the first fault is thrown. */
  static async open(contentDir: string, { lenient = false } = {}): Promise<LessonSource> {
    return new LessonSource(resolve(contentDir), await loadLessons(contentDir, lenient ? () => undefined : undefined));
  }

  has(id: string): boolean {
    return this.#lessons.has(id);
  }

  /** Rejects with `unknown-lesson` or `lesson-without-lab`, or with what keeps the lab from loading. */
  async lab(id: string): Promise<LabLesson> {
    const lesson = this.#lessons.get(id);
    if (lesson === undefined) throw new DrydockError('unknown-lesson');
    if (lesson.labFile === undefined) throw new DrydockError('lesson-without-lab');
    const lab = this.#labs.get(id) ?? loadLab(lesson);
    this.#labs.set(id, lab);
    return lab;
  }

  /** Is there a lab of this kind? One that does not load is none. */
  async anyLab(is: (lab: Lab) => boolean): Promise<boolean> {
    for (const { id, labFile } of this.#lessons.values()) {
      if (labFile === undefined) continue;
      const found = await this.lab(id).catch(() => undefined);
      if (found !== undefined && is(found.lab)) return true;
    }
    return false;
  }

  /**
   * Reads the lessons again after these files changed. Of what is at fault now, the last good version stays. Resolves to
   * the labs in use that are others now.
   */
  refresh(changed: readonly string[]): Promise<LabChange[]> {
    const refreshed = this.#refreshing.then(() => this.#refresh(changed));
    this.#refreshing = refreshed.catch(() => undefined);
    return refreshed;
  }

  async #refresh(changed: readonly string[]): Promise<LabChange[]> {
    const faulty = new Set<string>();
    const read = await loadLessons(this.#contentDir, ({ file }) => faulty.add(join(this.#contentDir, file)));
    const kept = [...this.#lessons.values()].filter(({ page }) => faulty.has(page.file));
    this.#lessons = byId([...kept, ...read]);
    const changes = await Promise.all([...this.#labs.keys()].map((id) => this.#refreshLab(id, changed)));
    return changes.filter((change) => change !== undefined);
  }

  async #refreshLab(id: string, changed: readonly string[]): Promise<LabChange | undefined> {
    const lesson = this.#lessons.get(id);
    const before = await this.#labs.get(id)?.catch(() => undefined);
    const now = lesson?.labFile === undefined ? undefined : await loadLab(lesson).catch(() => undefined);
    if (now === undefined) {
      // It is asked for again when it was never good.
      if (before === undefined || lesson === undefined) this.#labs.delete(id);
      return undefined;
    }
    this.#labs.set(id, Promise.resolve(now));
    if (before === undefined) return undefined;
    const newFiles = changed.some((file) => now.filesFolders.some((folder) => file.startsWith(folder + sep)));
    const needsReset = newFiles || JSON.stringify(before.lab.sandbox) !== JSON.stringify(now.lab.sandbox);
    return needsReset || before.labModule !== now.labModule ? { lesson: now, needsReset } : undefined;
  }
}

function byId(lessons: readonly Lesson[]): ReadonlyMap<string, Lesson> {
  return new Map(lessons.map((lesson) => [lesson.id, lesson]));
}
