import type { Clock } from '../clock.ts';
import type { CheckContext } from '../lab/check-context.ts';
import type { LabTask } from '../lab/lab.ts';
import { NotYet } from '../lab/not-yet.ts';
import { type Verdict, verdictOf } from './verdict.ts';

const DEFAULT_TIMEOUT_MS = 10_000;

export interface RunCheckOptions {
  /** Makes what the check sees. */
  context: (options: { signal: AbortSignal; answer?: string }) => CheckContext;
  clock: Clock;
  answer?: string;
  /** Gives the run up; the verdict is then `broken`. */
  signal?: AbortSignal;
}

/**
 * Runs a task's check once. A check that throws anything but NotYet, or that is not over in time, is `broken`. One that
 * never gives way (`for (;;) {}`) blocks its thread, so the server runs checks in another one: worker/.
 */
export async function runCheck(task: LabTask, options: RunCheckOptions): Promise<Verdict> {
  const { answer, clock } = options;
  if (task.answer && (answer === undefined || answer.trim() === '')) {
    return verdictOf(
      new NotYet('There is no answer yet.', { expected: `an answer: ${task.answer.label}`, observed: 'nothing' }),
    );
  }
  const controller = new AbortController();
  const ms = task.timeout ?? DEFAULT_TIMEOUT_MS;
  const giveUp = (reason: unknown) => controller.abort(reason);
  const onAbort = () => giveUp(options.signal?.reason);
  if (options.signal?.aborted) onAbort();
  options.signal?.addEventListener('abort', onAbort, { once: true });
  const timer = clock.after(ms, () => giveUp(new Error(`the check was not over after ${ms} ms`)));
  const { promise: givenUp, reject } = Promise.withResolvers<never>();
  const refuse = () => reject(controller.signal.reason);
  if (controller.signal.aborted) refuse();
  controller.signal.addEventListener('abort', refuse, { once: true });
  try {
    const context = options.context({ signal: controller.signal, ...(answer === undefined ? {} : { answer }) });
    // The loser of the race is not waited for, and what becomes of it no longer matters.
    await Promise.race([check(task, context, ms), givenUp]);
    return { kind: 'pass' };
  } catch (error) {
    // A helper that the time-out interrupted may have said "not yet" for it.
    return verdictOf(controller.signal.aborted ? controller.signal.reason : error);
  } finally {
    timer[Symbol.dispose]();
    options.signal?.removeEventListener('abort', onAbort);
    controller.abort(new Error('the check is over'));
    givenUp.catch(() => undefined);
  }
}

async function check(task: LabTask, context: CheckContext, timeout: number): Promise<void> {
  if (typeof task.check === 'function') return await task.check(context);
  const { exitCode, stdout, stderr } = await context.exec(task.check, { timeout });
  if (exitCode === 0) return;
  if (exitCode === null) throw new Error('the machine went away under the check');
  const printed = `${stdout.trimEnd()}\n${stderr.trimEnd()}`.trim();
  throw new NotYet(printed.split('\n').at(-1)?.trim() || 'Not yet.', { observed: `exit code ${exitCode}` });
}
