import { expect, test } from 'vitest';
import { ExplainedChecks } from '../../../sandbox-server/authoring/explained-checks.ts';
import type { CheckJob } from '../../../sandbox-server/grader/check-runner.ts';
import type { Probes } from '../../../sandbox-server/grader/probes.ts';
import { BROKEN_VIEW, type Verdict } from '../../../sandbox-server/grader/verdict.ts';

const LAB = '/course/1-made/lab.ts';
const job: CheckJob = {
  labModule: `file://${LAB}?1700000000000.25`,
  task: 'build',
  probes: {} as Probes,
  signal: new AbortController().signal,
};

function broken(message: string, line: number): Verdict {
  const error = new Error(message);
  error.stack = `Error: ${message}\n    at expect (file:///elsewhere.ts:9:9)\n    at check (file://${LAB}?1700000000000.25:${line}:7)`;
  return { kind: 'broken', view: BROKEN_VIEW, error };
}

test('a check that breaks says what broke and in which line, to its author once', async () => {
  const told: string[] = [];
  let verdict: Verdict = broken('no such thing', 12);
  const checks = new ExplainedChecks({ run: () => Promise.resolve(verdict) }, (text) => void told.push(text));
  expect((await checks.run(job)).kind).toBe('broken');
  expect(await checks.run(job)).toMatchObject({
    view: { message: 'The check broke: no such thing', observed: `${LAB}:12` },
  });
  expect(told).toEqual([`${LAB}:12: the check of “build” broke: no such thing`]);
  verdict = { kind: 'pass' };
  expect(await checks.run(job)).toEqual({ kind: 'pass' });
  verdict = broken('no such thing', 12);
  await checks.run(job);
  expect(told).toHaveLength(2);
});
