import type { Clock } from '../../clock.ts';
import type { CheckJob, CheckRunner } from '../check-runner.ts';
import type { Verdict } from '../verdict.ts';
import { CheckWorker } from './check-worker.ts';

/** A thread that no check was run in for this long is ended: it holds some MiB. */
const IDLE_MS = 5 * 60_000;

/** A thread for each lab that is in use: a check that never ends holds up its own lab for seconds, and nothing else. */
export class CheckWorkers implements CheckRunner, Disposable {
  readonly #clock: Clock;
  readonly #workers = new Map<string, { worker: CheckWorker; running: number; idle?: Disposable }>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  async run(job: CheckJob): Promise<Verdict> {
    const { labModule } = job;
    let used = this.#workers.get(labModule);
    if (used === undefined) {
      used = { worker: new CheckWorker(labModule, this.#clock), running: 0 };
      this.#workers.set(labModule, used);
    }
    used.running++;
    used.idle?.[Symbol.dispose]();
    try {
      return await used.worker.run(job);
    } finally {
      if (--used.running === 0) used.idle = this.#clock.after(IDLE_MS, () => this.#drop(labModule));
    }
  }

  /** Safe to call twice. */
  [Symbol.dispose](): void {
    for (const labModule of this.#workers.keys()) this.#drop(labModule);
  }

  #drop(labModule: string): void {
    const used = this.#workers.get(labModule);
    this.#workers.delete(labModule);
    used?.idle?.[Symbol.dispose]();
    used?.worker[Symbol.dispose]();
  }
}
