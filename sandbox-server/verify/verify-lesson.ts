import { relative } from 'node:path';
import { inspect } from 'node:util';
import type { Backend } from '../backend/backend.ts';
import type { Clock } from '../clock.ts';
import type { SandboxClusters } from '../cluster/cluster.ts';
import type { Pool } from '../grader/pool.ts';
import type { NearMiss } from '../lab/lab.ts';
import type { LabLesson } from '../lab/lessons.ts';
import type { PageTask } from '../lab/page.ts';
import { type Failure, VerifyFailure } from './failure.ts';
import { describeVerdict, type FollowOptions, followPage, placeOf } from './follow-page.ts';
import { type Job, jobsOfTask } from './jobs-of-task.ts';
import { LabRun, NotAsBefore } from './lab-run.ts';
import { tryNearMiss } from './near-miss.ts';
import { lineOf, pageBefore, type Step, wholePage } from './plan.ts';
import type { SavePoint } from './save-point.ts';
import { type CopyRoom, SavePoints } from './save-points.ts';
import type { Tally } from './tally.ts';
import { type Doing, type Fail, travel } from './travel.ts';
import { Trips } from './trips.ts';
import { asksForHistory, NeedsHistory } from './without-history.ts';

export interface VerifyOptions {
  /** The checkout; places are relative to it. */
  root: string;
  backend: Backend;
  /** Where there are clusters for sandboxes. */
  clusters?: SandboxClusters | undefined;
  clock: Clock;
  /** For every sandbox. */
  pool: Pool;
  /** For following pages; the others come in between, so that copies don't pile up. Default: as many as `pool` lets. */
  pages?: Pool;
  /** Leave out mistakes and further solutions. Default false. */
  pagesOnly?: boolean;
  /** For copies of the sandboxes that follow pages. Default none: every sandbox follows the page from its top. */
  copies?: CopyRoom | undefined;
  tally: Tally;
  signal: AbortSignal;
  /** As LabRunOptions.patience. */
  patience?: number;
  onFailure: (failure: Failure) => void;
  /** The page was followed to its end; so many jobs are beside it. */
  onPageDone?: (lesson: string, seconds: number, more: number) => void;
  /** What this job did could not be undone: others of its step begin with fresh sandboxes. */
  onNotUndone?: (lesson: string, job: string, why: string) => void;
  /** A sandbox that did `before` could not do `job`, which says nothing: a fresh one begins with it. */
  onSpoilt?: (lesson: string, before: string, job: string, why: string) => void;
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
  /** By line, the blocks that did what they should, each counted once, and how many ms the first took. */
  readonly #blocksOk = new Map<number, number>();
  readonly #rejected = new Set<NearMiss>();
  /** Tasks whose checks ask for what a copy does not know. */
  readonly #needHistory = new Set<string>();
  /** Everything beside the page that was begun. */
  readonly #jobs: Promise<void>[] = [];
  /** Where one sandbox does many of them. */
  readonly #trips: Trips;
  #jobsBegun = 0;
  /** Sandboxes that are being removed. */
  readonly #ending: Promise<void>[] = [];

  constructor(lesson: LabLesson, options: VerifyOptions) {
    this.#lesson = lesson;
    this.#options = options;
    const { id } = lesson;
    const travelOptions = {
      tally: options.tally,
      signal: options.signal,
      fail: this.#fail,
      inSandbox: (what: string, go: (run: LabRun) => Promise<void>) => this.#inSandbox(what, go, {}),
      doIn: (run: LabRun, job: Job, how: Doing) => this.#doOne(run, job, how),
      onJob: (job: Job) => options.onProgress(id, job.name),
      onSpoilt: (before: Job, job: Job, why: string) => options.onSpoilt?.(id, before.name, job.name, why),
    };
    this.#trips = new Trips((trip) => options.pool.run(() => travel(trip, travelOptions)));
  }

  async run(): Promise<boolean> {
    const { page, lab } = this.#lesson;
    const { tally, pool, pages } = this.#options;
    tally.lessons++;
    tally.tasks += page.tasks.length;
    if (this.#options.pagesOnly === true) {
      tally.runBlocks += wholePage(page).filter(({ kind }) => kind === 'type').length;
    } else {
      tally.runBlocks += page.runBlocks.length;
      for (const { nearMisses } of Object.values(lab.tasks)) tally.nearMisses += nearMisses.length;
    }

    const onPage = () =>
      pool.run(async () => {
        const start = performance.now();
        await this.#inSandbox('the page', (run) => this.#wholePage(run), { isCopied: this.#isCopied });
        return (performance.now() - start) / 1000;
      });
    const seconds = await (pages ? pages.run(onPage) : onPage());
    if (!this.#failed) this.#options.onPageDone?.(this.#lesson.id, seconds, this.#jobsBegun);
    this.#trips.end();
    await Promise.all([...this.#jobs, this.#trips.done()]);
    await Promise.all(this.#ending);
    return !this.#failed;
  }

  get #isCopied(): boolean {
    const { copies, backend } = this.#options;
    return copies !== undefined && backend.copyDisks !== undefined && this.#lesson.lab.sandbox.cluster === undefined;
  }

  /** Those in a cluster have no disks of their own to copy, and wait for pods and nodes. */
  get #goesOn(): boolean {
    return this.#lesson.lab.sandbox.cluster !== undefined;
  }

  async #wholePage(run: LabRun): Promise<void> {
    const { page, lab } = this.#lesson;
    const { tally, copies } = this.#options;
    await this.#redBefore(run);
    const answers = new Map<string, string | undefined>();
    const steps = wholePage(page);
    await using points = copies && this.#isCopied ? new SavePoints(run, copies) : undefined;
    await this.#follow(run, steps, {
      beforeStep: async (done) => {
        const ahead = page.tasks.filter((task) => pageBefore(page, task).length >= done);
        if (ahead.length === 0 || this.#options.pagesOnly === true) return;
        const here = ahead.filter((task) => pageBefore(page, task).length === done);
        const jobs = here.flatMap((task) => jobsOfTask(this.#lesson, task));
        await points?.offer(done, lineOf(steps[done]!), jobs.length);
        this.#jobsBegun += jobs.length;
        if (this.#goesOn) this.#trips.add(jobs);
        else for (const job of jobs) this.#begin(job, points?.latest);
      },
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

  /** The page has led to this task. What comes after a failure on it would only fail for the same reason. */
  #begin(job: Job, point: SavePoint | undefined): void {
    const held = point?.hold();
    this.#jobs.push(this.#options.pool.run(() => this.#do(job, held)));
  }

  async #do(job: Job, point: SavePoint | undefined): Promise<void> {
    const begin = async (from: SavePoint | undefined, fail: Fail) => {
      const go = async (run: LabRun) => void (await this.#doIn(run, job, { done: from?.step ?? 0, fail }));
      await this.#inSandbox(job.name, go, { from, fail });
    };
    const from = point && this.#knowsEnough(job, point) ? point : undefined;
    try {
      if (from && (await this.#isTold(job, from, begin))) return;
      await begin(undefined, this.#fail);
    } finally {
      await this.#caught(async () => await point?.release(), { stage: 'giving a copy back' });
    }
  }

  /** True when the sandbox then is as the page leaves one after `job.until` steps. */
  async #doIn(run: LabRun, job: Job, how: Doing): Promise<boolean> {
    const steps = job.steps.slice(how.done);
    if (job.misses.length > 0) return await this.#nearMisses(run, job, steps, how);
    await this.#follow(run, steps, this.#limits(how));
    return true;
  }

  /** The same, and rejects for nothing. */
  async #doOne(run: LabRun, job: Job, how: Doing): Promise<boolean> {
    let isAsBefore = false;
    const attempt = async () => {
      isAsBefore = await this.#doIn(run, job, how);
    };
    await this.#caught(attempt, { stage: job.name, fail: how.fail });
    return isAsBefore;
  }

  #limits({ limitOf }: Doing): Pick<FollowOptions, 'limitOf'> {
    if (limitOf === undefined) return {};
    return {
      limitOf: ({ line }) => {
        const ms = this.#blocksOk.get(line);
        return ms === undefined ? undefined : limitOf(ms);
      },
    };
  }

  /** Begins with a copy. False when that says nothing, and the sandbox must follow the page from its top. */
  async #isTold(job: Job, from: SavePoint, begin: (from: SavePoint, fail: Fail) => Promise<void>): Promise<boolean> {
    const failures: Omit<Failure, 'lesson'>[] = [];
    try {
      await begin(from, (failure) => failures.push(failure));
    } catch (error) {
      if (error instanceof NeedsHistory) this.#needHistory.add(job.task.id);
      else if (error instanceof NotAsBefore) from.isNotAsBefore = true;
      else throw error;
      this.#options.tally.again++;
      return false;
    }
    // A container that was started again may be what is different, not the lesson.
    if (failures.length > 0 && from.hasRunning) {
      this.#options.tally.again++;
      return false;
    }
    for (const failure of failures) this.#fail(failure);
    return true;
  }

  #knowsEnough(job: Job, point: SavePoint): boolean {
    if (point.isNotAsBefore) return false;
    if (this.#needHistory.has(job.task.id)) return false;
    const typed = job.steps.slice(point.step).map((step) => (step.kind === 'type' ? step.block.code : ''));
    const mistakes = job.misses.map(({ miss }) => miss.run ?? '');
    return ![...typed, ...mistakes].some(asksForHistory);
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

  async #nearMisses(run: LabRun, { name, task, misses }: Job, steps: readonly Step[], how: Doing): Promise<boolean> {
    const { root, tally } = this.#options;
    await followPage(run, steps, { root, lesson: this.#lesson, ...this.#limits(how) });
    const changes = misses.some(({ miss }) => miss.run !== undefined);
    const before = changes && this.#goesOn ? await run.remember() : undefined;
    const place = relative(root, this.#lesson.labFile ?? this.#lesson.page.file);
    for (const { miss, number } of misses) {
      const attempt = async () => {
        await tryNearMiss(run, task.id, miss, { place, number });
        if (!this.#rejected.has(miss)) tally.nearMissesRejected++;
        this.#rejected.add(miss);
      };
      await this.#caught(attempt, { began: run.began, fail: how.fail });
    }
    if (!changes) return true;
    if (before === undefined) return false;
    const why = await before.undo();
    if (why !== undefined) this.#options.onNotUndone?.(this.#lesson.id, name, why);
    return why === undefined;
  }

  async #follow(
    run: LabRun,
    steps: readonly Step[],
    more: Pick<FollowOptions, 'beforeStep' | 'onGreen' | 'limitOf'> = {},
  ): Promise<void> {
    await followPage(run, steps, {
      root: this.#options.root,
      lesson: this.#lesson,
      onBlock: (block, ms) => {
        this.#options.onProgress(this.#lesson.id, `line ${block.line}`);
        if (this.#blocksOk.has(block.line)) return;
        this.#blocksOk.set(block.line, ms);
        this.#options.tally.runBlocksOk++;
      },
      ...more,
    });
  }

  async #inSandbox(
    what: string,
    job: (run: LabRun) => Promise<void>,
    how: { from?: SavePoint | undefined; isCopied?: boolean; fail?: Fail },
  ): Promise<void> {
    const { backend, clusters, clock, signal, patience, tally, onProgress, root } = this.#options;
    const { fail = this.#fail, ...begin } = how;
    if (signal.aborted) return;
    onProgress(this.#lesson.id, what);
    tally.sandboxes++;
    if (how.from) tally.fromCopies++;
    const began = how.from && `with a copy of the sandbox at ${placeOf({ root, lesson: this.#lesson }, how.from.line)}`;
    await this.#caught(
      async () => {
        const run = await LabRun.start({
          backend,
          clusters,
          clock,
          lesson: this.#lesson,
          signal,
          ...(patience === undefined ? {} : { patience }),
          onBroken: () => tally.broken++,
          ...begin,
          began,
        });
        try {
          await job(run);
        } finally {
          // Nobody needs to wait for it but the end of the lesson.
          this.#ending.push(
            this.#caught(() => run[Symbol.asyncDispose](), { began, stage: `${what}: removing its sandbox` }),
          );
        }
      },
      { began, stage: what, fail },
    );
  }

  async #caught(
    job: () => Promise<void>,
    { began, stage = '', fail = this.#fail }: { began?: string | undefined; stage?: string; fail?: Fail },
  ): Promise<void> {
    try {
      await job();
    } catch (error) {
      if (this.#options.signal.aborted) return;
      if (error instanceof NeedsHistory || error instanceof NotAsBefore) throw error;
      const more = began === undefined ? {} : { began };
      if (error instanceof VerifyFailure) fail({ ...error.failure, ...more });
      else {
        fail({
          place: placeOf({ root: this.#options.root, lesson: this.#lesson }, 1),
          stage,
          ...more,
          expected: 'no error',
          // With its causes.
          saw: inspect(error),
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

  readonly #fail: Fail = (failure) => {
    this.#failed = true;
    this.#options.onFailure({ lesson: this.#lesson.id, ...failure });
  };
}
