import type { Failure } from './failure.ts';
import type { Job } from './jobs-of-task.ts';
import type { LabRun } from './lab-run.ts';
import type { Tally } from './tally.ts';
import type { Trip } from './trips.ts';

/** Tells a failure, or keeps it. */
export type Fail = (failure: Omit<Failure, 'lesson'>) => void;

/** How a job is done in a sandbox. */
export interface Doing {
  /** So many steps of the page were done in it. */
  done: number;
  fail: Fail;
  /** How many ms a block may take that took so many on the page. Default: as TypingTerminal.run. */
  limitOf?: (ms: number) => number;
}

export interface TravelOptions {
  tally: Tally;
  signal: AbortSignal;
  fail: Fail;
  /** In a fresh sandbox, which is removed then. */
  inSandbox: (what: string, go: (run: LabRun) => Promise<void>) => Promise<void>;
  /** True when the sandbox then is as the page leaves one after `job.until` steps. Rejects for nothing. */
  doIn: (run: LabRun, job: Job, how: Doing) => Promise<boolean>;
  onJob: (job: Job) => void;
  /** A sandbox that did `before` could not do `job`, which says nothing: a fresh one begins with it. */
  onSpoilt: (before: Job, job: Job, why: string) => void;
}

/** A block that takes so many times what it took on the page, and more than a busy machine makes of a short one, will not end. */
const SPOILT_TIMES = 3;
const SPOILT_MIN_MS = 30_000;
/** Whole milliseconds, as timers want them. */
export const limitInPassing = (ms: number) => Math.max(SPOILT_MIN_MS, Math.ceil(SPOILT_TIMES * ms));

/** One sandbox does one job of a trip after the other, until one of them has spoilt it for the next. */
export async function travel(trip: Trip, options: TravelOptions): Promise<void> {
  const { tally, signal, fail, inSandbox, doIn, onJob, onSpoilt } = options;
  const first = trip.first();
  if (first === undefined) return;
  await inSandbox(first.name, async (run) => {
    let found = 0;
    const told: Fail = (failure) => {
      found++;
      fail(failure);
    };
    let isAsBefore = await doIn(run, first, { done: 0, fail: told });
    if (found > 0) return;
    let before = first;
    while (isAsBefore && !signal.aborted) {
      const job = await trip.next();
      if (job === undefined) return;
      onJob(job);
      tally.inPassing++;
      let why: string | undefined;
      const kept: Fail = ({ stage, saw }) => {
        why ??= `${stage}: ${saw}`;
      };
      isAsBefore = await doIn(run, job, { done: before.until, fail: kept, limitOf: limitInPassing });
      if (why !== undefined) {
        tally.spoilt++;
        onSpoilt(before, job, why);
        trip.giveBack(job);
        return;
      }
      before = job;
    }
  });
}
