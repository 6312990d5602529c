import { systemClock } from '../../sandbox-server/clock.ts';
import { checkContext } from '../../sandbox-server/grader/check-context.ts';
import type { CheckRunner } from '../../sandbox-server/grader/check-runner.ts';
import { runCheck } from '../../sandbox-server/grader/run-check.ts';
import type { Lab } from '../../sandbox-server/lab/lab.ts';

/** Runs the checks of a lab that exists in memory only, in the test's own thread. */
export function localChecks(lab: Lab): CheckRunner {
  return {
    run: ({ task, probes, signal, answer }) =>
      runCheck(lab.tasks[task]!, {
        context: (options) => checkContext(probes, options),
        clock: systemClock,
        signal,
        ...(answer === undefined ? {} : { answer }),
      }),
  };
}
