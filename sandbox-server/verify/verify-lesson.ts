import { relative } from 'node:path';
import type { Backend } from '../backend/backend.ts';
import type { Clock } from '../clock.ts';
import type { Pool } from '../grader/pool.ts';
import type { NearMiss } from '../lab/lab.ts';
import type { LabLesson } from '../lab/lessons.ts';
import type { PageTask } from '../lab/page.ts';
import { type Failure, VerifyFailure } from './failure.ts';
import { describeVerdict, type FollowOptions, followPage, placeOf } from './follow-page.ts';
import { LabRun } from './lab-run.ts';
import { tryNearMiss } from './near-miss.ts';
import { pageBefore, type Step, wholePage, withSolution } from './plan.ts';
import type { Tally } from './tally.ts';

export interface VerifyOptions {
  /** The checkout; places are relative to it. */
  root: string;
  backend: Backend;
  clock: Clock;
  pool: Pool;
  tally: Tally;
  signal: AbortSignal;
  /** As LabRunOptions.patience. */
  patience?: number;
  onFailure: (failure: Failure) => void;
  /** The page was followed to its end; so many more sandboxes are to come. */
  onPageDone?: (lesson: string, seconds: number, more: number) => void;
  /** What is being done, for somebody who watches. */
  onProgress: (lesson: string, what: string) => void;
}

/** Types nobody would take for an answer. */
const NONSENSE = 'no such answer';

/** Follows a lesson as a learner would, and sees what learners do wrong turned down. True when all of it went well. */
export async function verifyLesson(lesson: LabLesson, options: VerifyOptions): Promise<boolean> {
  return await new LessonVerification(lesson, options).run();
}

class LessonVerification {
  readonly #lesson: LabLesson;
  readonly #options: VerifyOptions;
  #failed = false;
  /** Lines of the blocks that did what they should, each counted once. */
  readonly #blocksOk = new Set<number>();
  /** How far the page went well. */
  #stepsDone = 0;

  constructor(lesson: LabLesson, options: VerifyOptions) {
    this.#lesson = lesson;
    this.#options = options;
  }

  async run(): Promise<boolean> {
    const { page, lab } = this.#lesson;
    const { tally, pool } = this.#options;
    tally.lessons++;
    tally.tasks += page.tasks.length;
    tally.runBlocks += page.runBlocks.length;
    for (const { nearMisses } of Object.values(lab.tasks)) tally.nearMisses += nearMisses.length;

    const seconds = await pool.run(async () => {
      const start = performance.now();
      await this.#inSandbox('the page', (run) => this.#wholePage(run));
      return (performance.now() - start) / 1000;
    });
    // What comes after a failure on the page would only fail for the same reason.
    const reached = page.tasks.filter((task) => pageBefore(page, task).length <= this.#stepsDone);
    const jobs = reached.flatMap((task) => this.#jobsOf(task));
    if (!this.#failed) this.#options.onPageDone?.(this.#lesson.id, seconds, jobs.length);
    await Promise.all(jobs.map((job) => pool.run(job)));
    return !this.#failed;
  }

  async #wholePage(run: LabRun): Promise<void> {
    const { page, lab } = this.#lesson;
    const { tally } = this.#options;
    await this.#redBefore(run);
    const answers = new Map<string, string | undefined>();
    await this.#follow(run, wholePage(page), {
      onStep: () => this.#stepsDone++,
      onGreen: (task, answer) => {
        tally.greenAfter++;
        answers.set(task, answer);
      },
    });
    for (const task of page.tasks.filter(({ id }) => lab.tasks[id]?.holds)) {
      const verdict = await run.checkUntil(({ kind }) => kind === 'pass', task.id, answers.get(task.id));
      if (verdict.kind !== 'pass')
        this.#failAt(task, 'at the end of the page', 'the task to hold still', describeVerdict(verdict));
    }
  }

  /** An untouched sandbox has nothing done. */
  async #redBefore(run: LabRun): Promise<void> {
    for (const task of this.#lesson.page.tasks) {
      const asks = this.#lesson.lab.tasks[task.id]?.answer !== undefined;
      const verdict = await run.check(task.id, asks ? NONSENSE : undefined);
      if (verdict.kind === 'notYet') this.#options.tally.redBefore++;
      else this.#failAt(task, 'on a fresh sandbox', 'not yet', describeVerdict(verdict));
    }
  }

  /** A sandbox for each near miss that changes it, one for all mere answers, one for each further solution. */
  #jobsOf(task: PageTask): (() => Promise<void>)[] {
    const before = pageBefore(this.#lesson.page, task);
    const numbered = (this.#lesson.lab.tasks[task.id]?.nearMisses ?? []).map((miss, index) => ({
      miss,
      number: index + 1,
    }));
    const typed = numbered.filter(({ miss }) => miss.run !== undefined).map((one) => [one]);
    const answered = numbered.filter(({ miss }) => miss.run === undefined);
    const groups = answered.length > 0 ? [...typed, answered] : typed;
    const misses = groups.map((group) => {
      const name = `${task.id}, near miss ${group.map(({ number }) => number).join(', ')}`;
      return () => this.#inSandbox(name, (run) => this.#nearMisses(run, task, before, group));
    });
    const others = Array.from({ length: Math.max(0, task.solutions - 1) }, (_, index) => {
      const steps = withSolution(this.#lesson.page, task, index + 2);
      return () => this.#inSandbox(`${task.id}, solution ${index + 2}`, (run) => this.#follow(run, steps));
    });
    return [...misses, ...others];
  }

  async #nearMisses(
    run: LabRun,
    task: PageTask,
    before: readonly Step[],
    misses: readonly { miss: NearMiss; number: number }[],
  ): Promise<void> {
    const { root, tally } = this.#options;
    await followPage(run, before, { root, lesson: this.#lesson });
    const place = relative(root, this.#lesson.labFile ?? this.#lesson.page.file);
    for (const { miss, number } of misses) {
      await this.#caught(async () => {
        await tryNearMiss(run, task.id, miss, { place, number });
        tally.nearMissesRejected++;
      });
    }
  }

  async #follow(
    run: LabRun,
    steps: readonly Step[],
    more: Pick<FollowOptions, 'onStep' | 'onGreen'> = {},
  ): Promise<void> {
    await followPage(run, steps, {
      root: this.#options.root,
      lesson: this.#lesson,
      onBlock: (block) => {
        this.#options.onProgress(this.#lesson.id, `line ${block.line}`);
        if (this.#blocksOk.has(block.line)) return;
        this.#blocksOk.add(block.line);
        this.#options.tally.runBlocksOk++;
      },
      ...more,
    });
  }

  async #inSandbox(what: string, job: (run: LabRun) => Promise<void>): Promise<void> {
    const { backend, clock, signal, patience, tally, onProgress } = this.#options;
    if (signal.aborted) return;
    onProgress(this.#lesson.id, what);
    await this.#caught(async () => {
      await using run = await LabRun.start({
        backend,
        clock,
        lesson: this.#lesson,
        signal,
        ...(patience === undefined ? {} : { patience }),
        onBroken: () => tally.broken++,
      });
      await job(run);
    }, what);
  }

  async #caught(job: () => Promise<void>, stage = ''): Promise<void> {
    try {
      await job();
    } catch (error) {
      if (this.#options.signal.aborted) return;
      if (error instanceof VerifyFailure) this.#fail(error.failure);
      else {
        const saw = error instanceof Error ? (error.stack ?? error.message) : String(error);
        this.#fail({
          place: placeOf({ root: this.#options.root, lesson: this.#lesson }, 1),
          stage,
          expected: 'no error',
          saw,
        });
      }
    }
  }

  #failAt(task: PageTask, stage: string, expected: string, saw: string): void {
    this.#fail({
      place: placeOf({ root: this.#options.root, lesson: this.#lesson }, task.line),
      task: task.id,
      stage,
      expected,
      saw,
    });
  }

  #fail(failure: Omit<Failure, 'lesson'>): void {
    this.#failed = true;
    this.#options.onFailure({ lesson: this.#lesson.id, ...failure });
  }
}
