import { expect, test } from 'vitest';
import type { Job } from '../../../sandbox-server/verify/jobs-of-task.ts';
import type { LabRun } from '../../../sandbox-server/verify/lab-run.ts';
import { emptyTally } from '../../../sandbox-server/verify/tally.ts';
import { limitInPassing, travel, type TravelOptions } from '../../../sandbox-server/verify/travel.ts';
import type { Trip } from '../../../sandbox-server/verify/trips.ts';

const job = (name: string, until = 0) => ({ name, until }) as Job;

/** A trip through these jobs, and what came of it. */
async function travelled(jobs: Job[], doIn: TravelOptions['doIn']) {
  const [first, ...rest] = jobs;
  const given: string[] = [];
  const spoilt: string[] = [];
  const failed: string[] = [];
  const tally = emptyTally();
  const trip: Trip = {
    first: () => first,
    next: () => Promise.resolve(rest.shift()),
    giveBack: ({ name }) => void given.push(name),
  };
  await travel(trip, {
    ...{ tally, signal: new AbortController().signal, doIn, onJob: () => undefined },
    fail: ({ stage }) => void failed.push(stage),
    inSandbox: (_what, go) => go({} as LabRun),
    onSpoilt: (before, after, why) => void spoilt.push(`${before.name}, ${after.name}: ${why}`),
  });
  return { given, spoilt, failed, tally };
}
const failure = { place: 'lab.ts', stage: 'near miss 1', expected: 'not yet', saw: 'pass' };

test('each job goes on where the one before it ended, and only those after the first have a limit', async () => {
  const done: [string, number, boolean][] = [];
  const { tally, spoilt } = await travelled([job('a', 2), job('b', 5), job('c', 5)], (_run, { name }, how) => {
    done.push([name, how.done, how.limitOf !== undefined]);
    return Promise.resolve(true);
  });
  expect(done).toEqual([
    ['a', 0, false],
    ['b', 2, true],
    ['c', 5, true],
  ]);
  expect([tally.inPassing, tally.spoilt, spoilt]).toEqual([2, 0, []]);
});

test('one that fails in a sandbox of its own has failed, and nothing comes after it', async () => {
  const { failed, tally } = await travelled([job('a'), job('b')], (_run, _job, how) => {
    how.fail(failure);
    return Promise.resolve(true);
  });
  expect(failed).toEqual(['near miss 1']);
  expect(tally.inPassing).toBe(0);
});

test('one that fails after another is given back with the reason, and has not failed', async () => {
  const { failed, given, spoilt, tally } = await travelled([job('a'), job('b'), job('c')], (_run, { name }, how) => {
    if (name === 'b') how.fail(failure);
    return Promise.resolve(true);
  });
  expect([failed, given, spoilt]).toEqual([[], ['b'], ['a, b: near miss 1: pass']]);
  expect([tally.inPassing, tally.spoilt]).toEqual([1, 1]);
});

test('after what cannot be undone nothing comes', async () => {
  const { tally, given } = await travelled([job('a'), job('b')], () => Promise.resolve(false));
  expect([tally.inPassing, given]).toEqual([0, []]);
});

test('a limit is a whole number of milliseconds, and never less than a busy machine needs', () => {
  expect(limitInPassing(11_889.637_9)).toBe(35_669);
  expect(limitInPassing(80.5)).toBe(30_000);
});
