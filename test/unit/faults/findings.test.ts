import { expect, test } from 'vitest';
import { allHeld, type FaultContext, type Finding, notMade, outcomeOf, row, summary } from '../../faults/findings.ts';

const CONTEXT: FaultContext = {
  dockerodeOptions: {},
  images: {},
  rounds: 1,
  seed: 1,
  cutMs: 1,
  note: () => undefined,
};

const outcome = (run: () => Promise<Finding>) => outcomeOf({ number: 40, title: 'a fault', run }, CONTEXT);

test('a fault that cannot be made is neither held nor fallen', async () => {
  const outcomes = [
    await outcome(() => Promise.resolve({ says: 'fine' })),
    await outcome(() => Promise.resolve(notMade('It needs root.'))),
    await outcome(() => Promise.resolve({ says: 'gone', lost: { bytesLost: 1 } })),
    await outcome(() => Promise.reject(new Error('not told'))),
  ];
  expect(outcomes.map(({ result }) => result)).toEqual(['held', 'not made', 'fell', 'fell']);
  expect(summary(outcomes)).toBe('faults: 4 cases, 1 held, 2 fell, 1 not made');
  expect(row(outcomes[1]!)).toMatch(/not made .*a fault\n +It needs root\./);
});

test('a machine without root passes by itself, and not where all faults have to be made', async () => {
  const outcomes = [
    await outcome(() => Promise.resolve({ says: 'fine' })),
    await outcome(() => Promise.resolve(notMade('It needs root.'))),
  ];
  expect(allHeld(outcomes, { all: false })).toBe(true);
  expect(allHeld(outcomes, { all: true })).toBe(false);
  expect(allHeld(outcomes.slice(0, 1), { all: true })).toBe(true);
});
