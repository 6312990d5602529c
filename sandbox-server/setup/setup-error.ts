import type { Problem } from './types.ts';

/** Something that the person at the machine can mend. */
export class SetupError extends Error {
  override readonly name = 'SetupError';
  readonly problem: Problem;

  constructor(problem: Problem, options: { cause?: unknown } = {}) {
    super(`${problem.what} ${problem.fix}`, options);
    this.problem = problem;
  }
}
