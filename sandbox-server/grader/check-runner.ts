import type { Probes } from './probes.ts';
import type { Verdict } from './verdict.ts';

export interface CheckJob {
  /** What `import` takes to load the lab. */
  labModule: string;
  task: string;
  /** The sandbox that the check looks at. */
  probes: Probes;
  /** Gives the run up; its verdict is then of no use to anybody. */
  signal: AbortSignal;
  answer?: string;
}

/** Runs the checks of labs. Whatever a check does, a verdict comes, and the server goes on meanwhile. */
export interface CheckRunner {
  run(job: CheckJob): Promise<Verdict>;
}
