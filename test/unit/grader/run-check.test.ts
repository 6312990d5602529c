import { expect, test } from 'vitest';
import { runCheck } from '../../../sandbox-server/grader/run-check.ts';
import { plain } from '../../../sandbox-server/grader/verdict.ts';
import type { CheckContext } from '../../../sandbox-server/lab/check-context.ts';
import { expect as labExpect } from '../../../sandbox-server/lab/expect.ts';
import type { LabTask } from '../../../sandbox-server/lab/lab.ts';
import { NotYet } from '../../../sandbox-server/lab/not-yet.ts';
import { FakeClock } from './fake-clock.ts';

const run = (task: Partial<LabTask>, context: Partial<CheckContext> = {}, clock = new FakeClock(), answer?: string) =>
  runCheck(
    { check: () => undefined, nearMisses: [], ...task },
    {
      context: ({ signal }) => ({ expect: labExpect, signal, ...context }) as CheckContext,
      clock,
      ...(answer === undefined ? {} : { answer }),
    },
  );

test('a check that returns passes', async () => {
  expect(await run({ check: () => undefined })).toEqual({ kind: 'pass' });
});

test('a failed expectation says what was expected and seen', async () => {
  const verdict = await run({ check: ({ expect: that }) => that('exited', 'the state of web').toBe('running') });
  expect(verdict).toEqual({
    kind: 'notYet',
    view: {
      message: 'The state of web: expected “running”, saw “exited”.',
      expected: 'the state of web “running”',
      observed: '“exited”',
    },
  });
});

test('any other error is the check’s own: broken, without its words', async () => {
  const error = new TypeError('x is not a function at /secret/path');
  const verdict = await run({
    check: () => {
      throw error;
    },
  });
  expect(verdict).toMatchObject({ kind: 'broken', error });
  expect(JSON.stringify(verdict)).not.toContain('secret');
});

test('a check that hangs is broken when its time is over, and is told so', async () => {
  const clock = new FakeClock();
  let told: AbortSignal | undefined;
  const running = run(
    { check: ({ signal }) => ((told = signal), new Promise(() => undefined)), timeout: 500 },
    {},
    clock,
  );
  await clock.advance(499);
  expect(told?.aborted).toBe(false);
  await clock.advance(1);
  expect(await running).toMatchObject({ kind: 'broken', error: { message: 'the check was not over after 500 ms' } });
  expect(told?.aborted).toBe(true);
  expect(clock.pending).toBe(0);
});

test('a check that says "not yet" because it was interrupted is broken all the same', async () => {
  const clock = new FakeClock();
  const check = ({ signal }: CheckContext) =>
    new Promise<void>((_, reject) => signal.addEventListener('abort', () => reject(new NotYet('Nothing answers.'))));
  const running = run({ check, timeout: 500 }, {}, clock);
  await clock.advance(500);
  expect(await running).toMatchObject({ kind: 'broken' });
});

test('a shell line passes with 0 and else says what it printed last', async () => {
  const exec = (exitCode: number | null, stdout = '', stderr = '') => ({
    exec: () => Promise.resolve({ exitCode, stdout, stderr }),
  });
  expect(await run({ check: 'true' }, exec(0))).toEqual({ kind: 'pass' });
  const failed = await run({ check: 'x' }, exec(1, 'first\n', 'The file is empty.\n'));
  expect(failed).toMatchObject({ kind: 'notYet', view: { message: 'The file is empty.' } });
  expect(await run({ check: 'x' }, exec(2))).toMatchObject({ kind: 'notYet', view: { message: 'Not yet.' } });
  expect(await run({ check: 'x' }, exec(null))).toMatchObject({ kind: 'broken' });
});

test('a task that asks for an answer is not checked without one', async () => {
  const answer = { label: 'Size', solve: () => 'x' };
  const check = () => expect.unreachable();
  expect(await run({ check, answer })).toMatchObject({ kind: 'notYet', view: { message: 'There is no answer yet.' } });
  expect(await run({ check, answer }, {}, new FakeClock(), '  ')).toMatchObject({ kind: 'notYet' });
});

test('words from a sandbox lose control characters and are bounded', () => {
  expect(plain('a\x1b[31mred\x07\x00b')).toBe('aredb');
  expect(plain('x'.repeat(10_000)).length).toBeLessThan(700);
});
