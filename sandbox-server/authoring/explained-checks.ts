import { fileURLToPath } from 'node:url';
import type { CheckJob, CheckRunner } from '../grader/check-runner.ts';
import type { Verdict } from '../grader/verdict.ts';

/** For the author of a check: one that is broken says what broke, and where, in the card of its task and to `tell`. */
export class ExplainedChecks implements CheckRunner {
  readonly #checks: CheckRunner;
  readonly #tell: (text: string) => void;
  /** What was told last of a task, so that a check that is tried again and again says it once. */
  readonly #told = new Map<string, string>();

  constructor(checks: CheckRunner, tell: (text: string) => void) {
    this.#checks = checks;
    this.#tell = tell;
  }

  async run(job: CheckJob): Promise<Verdict> {
    const verdict = await this.#checks.run(job);
    const file = fileOf(job.labModule);
    const key = `${file}#${job.task}`;
    if (verdict.kind !== 'broken' || job.signal.aborted) {
      this.#told.delete(key);
      return verdict;
    }
    const message = verdict.error instanceof Error ? verdict.error.message : String(verdict.error);
    const place = placeIn(file, verdict.error);
    if (this.#told.get(key) !== message + place) this.#tell(`${place}: the check of “${job.task}” broke: ${message}`);
    this.#told.set(key, message + place);
    return { ...verdict, view: { message: `The check broke: ${message}`, observed: place } };
  }
}

/** `file:///…/lab.ts?1700000000000` → `/…/lab.ts` */
function fileOf(labModule: string): string {
  return fileURLToPath(labModule.replace(/\?.*$/, ''));
}

/** The innermost line of the lab that the error came from. */
function placeIn(file: string, error: unknown): string {
  const stack = error instanceof Error ? (error.stack ?? '') : '';
  const line = stack.split('\n').find((frame) => frame.includes(file));
  const found = line === undefined ? null : /(?:\?[\d.]+)?:(\d+):\d+\)?$/.exec(line);
  return found === null ? file : `${file}:${found[1]}`;
}
