import type { Job } from './jobs-of-task.ts';

/** One sandbox's way through the page, on which it does several jobs. */
export interface Trip {
  /** What it is for: the earliest job that waits. Undefined when another one has done it by now. */
  first(): Job | undefined;
  /** The next one where it is or on its way; waits for the page while that may still lead to one. Undefined when there is none. */
  next(): Promise<Job | undefined>;
  /** What was done before has spoilt it: another trip begins with it. */
  giveBack(job: Job): void;
}

interface Waiting {
  job: Job;
  /** It is some trip's first, or nobody's. */
  isFirst: boolean;
}

/** So many jobs of a step are left to one sandbox, if it can undo each: fewer would follow the page more often, more would make others wait. */
const OF_A_STEP = 4;

/** How far one has come on the page, in steps; −1 before its first job. */
interface Place {
  at: number;
}

/**
 * The jobs of a lesson whose sandboxes cannot be copied. To follow the page anew for each would take too long where it waits for nodes and
 * pods, so a sandbox does one job of a task, then what the page says, then one of a later task. Learners who have erred come through
 * the same way. What a mistake did is undone where it can be; else the trip ends there. As few set out as can do all.
 */
export class Trips {
  readonly #go: (trip: Trip) => Promise<void>;
  readonly #waiting: Waiting[] = [];
  readonly #under = new Set<Place>();
  readonly #all: Promise<void>[] = [];
  #isWhole = false;
  #changed = Promise.withResolvers<void>();

  /** `go` does what the trip tells, and rejects for nothing. */
  constructor(go: (trip: Trip) => Promise<void>) {
    this.#go = go;
  }

  /** The page has led to these. */
  add(jobs: readonly Job[]): void {
    this.#waiting.push(...jobs.map((job) => ({ job, isFirst: false })));
    this.#setOut();
    this.#change();
  }

  /** The page leads to no more. */
  end(): void {
    this.#isWhole = true;
    this.#change();
  }

  /** Resolves when all is done that was added; after `end`. */
  async done(): Promise<void> {
    for (const trip of this.#all) await trip;
  }

  /** Of all that wait for the same step, each one needs another trip that is to come by. */
  #setOut(): void {
    for (const at of new Set(this.#waiting.map(({ job }) => job.at))) {
      const wanted = this.#waiting.filter(({ job }) => job.at === at);
      const first = wanted.filter(({ isFirst }) => isFirst).length;
      const fresh = [...this.#under].filter((place) => place.at < 0).length;
      const onTheirWay = [...this.#under].filter((place) => place.at <= at).length;
      const more = Math.max(Math.ceil(wanted.length / OF_A_STEP) - onTheirWay, first - fresh);
      for (let n = 0; n < more; n++) this.#begin();
    }
  }

  #begin(): void {
    const place: Place = { at: -1 };
    this.#under.add(place);
    const trip: Trip = {
      first: () => this.#take(place, true),
      next: () => this.#next(place),
      giveBack: (job) => {
        this.#waiting.push({ job, isFirst: true });
      },
    };
    this.#all.push(
      this.#go(trip).finally(() => {
        this.#under.delete(place);
        this.#setOut();
      }),
    );
  }

  async #next(place: Place): Promise<Job | undefined> {
    for (;;) {
      const job = this.#take(place, false);
      if (job !== undefined || this.#isWhole) return job;
      await this.#changed.promise;
    }
  }

  #take(place: Place, isFirst: boolean): Job | undefined {
    const fitting = this.#waiting.filter((one) => one.job.at >= place.at && (isFirst || !one.isFirst));
    // Those that lead on come after those that do not.
    const earliest = fitting.sort((a, b) => a.job.at - b.job.at || a.job.until - b.job.until)[0];
    if (earliest === undefined) return undefined;
    this.#waiting.splice(this.#waiting.indexOf(earliest), 1);
    place.at = earliest.job.until;
    return earliest.job;
  }

  #change(): void {
    this.#changed.resolve();
    this.#changed = Promise.withResolvers();
  }
}
