import { expect, test } from 'vitest';
import { Steps } from '../../../sandbox-server/session/steps.ts';
import { ManualClock } from '../../support/manual-clock.ts';

test('planned steps are ticked off in order, each with its time', async () => {
  const clock = new ManualClock();
  let changes = 0;
  const steps = new Steps(clock, () => changes++);
  steps.plan(['network', 'engine']);
  expect(steps.view()).toEqual([
    { label: 'network', state: 'todo' },
    { label: 'engine', state: 'todo' },
  ]);
  steps.begin('network');
  await clock.advance(150);
  steps.begin('engine');
  expect(steps.view()).toEqual([
    { label: 'network', state: 'done', ms: 150 },
    { label: 'engine', state: 'doing' },
  ]);
  await clock.advance(900);
  steps.finish();
  expect(steps.view()[1]).toEqual({ label: 'engine', state: 'done', ms: 900 });
  expect(changes).toBe(3);
});

test('a step that nobody announced is shown where it occurs', () => {
  const steps = new Steps(new ManualClock(), () => undefined);
  steps.plan(['network', 'engine']);
  steps.begin('network');
  steps.begin('pull an image');
  expect(steps.view().map(({ label, state }) => `${label} ${state}`)).toEqual([
    'network done',
    'pull an image doing',
    'engine todo',
  ]);
});
