import { expect, test } from 'vitest';
import { type Attempt, Attempts } from '../../../sandbox-server/grader/attempts.ts';
import { Grader } from '../../../sandbox-server/grader/grader.ts';
import { runCheck } from '../../../sandbox-server/grader/run-check.ts';
import type { CheckContext } from '../../../sandbox-server/lab/check-context.ts';
import type { Lab, LabTask } from '../../../sandbox-server/lab/lab.ts';
import { NotYet } from '../../../sandbox-server/lab/not-yet.ts';
import type { TaskView } from '../../../sandbox-server/protocol/views.ts';
import { FakeClock } from './fake-clock.ts';

/** A grader of tasks whose checks look at `world`: undefined passes, a text is "not yet", an Error is thrown. */
function setUp(
  tasks: Record<string, Partial<LabTask>>,
  passed: { task: string; at: number }[] = [],
  attempts: Attempt[] = [],
) {
  const clock = new FakeClock();
  const world: Record<string, string | Error | undefined> = {};
  const runs: string[] = [];
  const said: TaskView[] = [];
  const stored: string[] = [];
  const broken: string[] = [];
  const tried: Attempt[] = [];
  const labTasks: Lab['tasks'] = {};
  for (const [id, task] of Object.entries(tasks)) {
    const check = () => {
      runs.push(id);
      const state = world[id];
      if (state instanceof Error) throw state;
      if (state?.startsWith('no ')) throw new NotYet(state, { missing: true });
      if (state !== undefined) throw new NotYet(state);
    };
    labTasks[id] = { check, nearMisses: [], ...task };
    world[id] = 'nothing yet';
  }
  const grader = new Grader({
    lab: { sandbox: {}, tasks: labTasks },
    check: (id, { signal, answer }) =>
      runCheck(labTasks[id]!, {
        context: () => ({ answer }) as CheckContext,
        clock,
        signal,
        ...(answer === undefined ? {} : { answer }),
      }),
    clock,
    passed,
    attempts: new Attempts(attempts, (attempt) => tried.push(attempt)),
    onTask: (task) => said.push(task),
    onPassed: (task) => stored.push(task),
    onBroken: (task) => broken.push(task),
  });
  const view = (id: string) => grader.tasks().find((task) => task.id === id)!;
  return { clock, world, runs, said, stored, broken, tried, grader, view };
}

async function watched(...args: Parameters<typeof setUp>) {
  const all = setUp(...args);
  all.grader.setWatched(true);
  all.grader.start();
  await all.clock.advance(100);
  return all;
}

test('a task that becomes true is done soon after a command, stored before it is said', async () => {
  const { world, clock, grader, stored, said, view } = await watched({ build: {} });
  expect(view('build')).toMatchObject({ state: 'notYet', attempted: false });
  world['build'] = undefined;
  await clock.advance(1_000);
  grader.trigger('command');
  await clock.advance(100);
  expect(stored).toEqual(['build']);
  expect(said.at(-1)).toMatchObject({ id: 'build', state: 'done', doneAt: expect.any(Number) });
});

test('what is said of an untouched sandbox is no attempt; another message is', async () => {
  const { world, clock, grader, view } = await watched({ build: {} });
  grader.trigger('command');
  await clock.advance(1_000);
  expect(view('build').attempted).toBe(false);
  world['build'] = 'the image installs too late';
  grader.trigger('command');
  await clock.advance(1_000);
  expect(view('build')).toMatchObject({ attempted: true, verdict: { message: 'the image installs too late' } });
});

test('that something else is missing now is no attempt', async () => {
  const { world, clock, grader, view } = await watched({ build: {} });
  world['build'] = 'no image shop:2';
  grader.trigger('command');
  await clock.advance(1_000);
  expect(view('build')).toMatchObject({ attempted: false, verdict: { message: 'no image shop:2' } });
});

test('who asks is told, whatever the message', async () => {
  const { clock, grader, said, view } = await watched({ build: {} });
  expect(grader.checkNow('build')).toBe(true);
  expect(said.at(-1)).toMatchObject({ state: 'checking' });
  await clock.advance(10);
  expect(view('build')).toMatchObject({ state: 'notYet', attempted: true });
  expect(grader.checkNow('bulid')).toBe(false);
});

test('many triggers at once are one round, and a task never runs twice at a time', async () => {
  let running = 0;
  let most = 0;
  const finish: (() => void)[] = [];
  const check = () => {
    most = Math.max(most, ++running);
    return new Promise<void>((_, reject) => finish.push(() => (running--, reject(new NotYet('no')))));
  };
  const { clock, grader } = await watched({ slow: { check } });
  expect(finish).toHaveLength(1);
  for (let i = 0; i < 50; i++) grader.trigger('event');
  await clock.advance(500);
  expect(finish).toHaveLength(1);
  finish[0]!();
  await clock.advance(1);
  // What happened meanwhile may have changed the verdict: once more, and not fifty times.
  expect(finish).toHaveLength(2);
  finish[1]!();
  await clock.advance(1);
  expect(finish).toHaveLength(2);
  expect(most).toBe(1);
});

test('at most two checks of a session run at once', async () => {
  let running = 0;
  let most = 0;
  const check = async () => {
    most = Math.max(most, ++running);
    await new Promise((resolve) => setImmediate(resolve));
    running--;
  };
  const { stored } = await watched({ a: { check }, b: { check }, c: { check }, d: { check } });
  expect(stored.sort()).toEqual(['a', 'b', 'c', 'd']);
  expect(most).toBe(2);
});

test('done tasks are not checked again; those that hold are, and lapse and recover', async () => {
  const { world, clock, grader, runs, view, stored } = await watched({ once: {}, holds: { holds: true } });
  world['once'] = world['holds'] = undefined;
  grader.trigger('command');
  await clock.advance(10_000);
  runs.length = 0;
  world['once'] = world['holds'] = 'gone again';
  grader.trigger('command');
  await clock.advance(500);
  expect(new Set(runs)).toEqual(new Set(['holds']));
  expect(view('once')).toMatchObject({ state: 'done' });
  expect(view('holds')).toMatchObject({
    state: 'lapsed',
    verdict: { message: 'gone again' },
    doneAt: expect.any(Number),
  });
  world['holds'] = undefined;
  grader.trigger('event');
  await clock.advance(500);
  expect(view('holds')).toMatchObject({ state: 'done' });
  expect(stored).toEqual(['once', 'holds']);
});

test('what was passed in an earlier session stays done in a fresh sandbox', async () => {
  const { view, stored } = await watched({ build: { holds: true } }, [{ task: 'build', at: 5 }]);
  expect(view('build')).toMatchObject({ state: 'done', doneAt: 5 });
  expect(stored).toEqual([]);
});

test('an attempt is said once to be kept, and again with another answer', async () => {
  const answer = { label: 'Size', solve: () => '42' };
  const { clock, grader, tried, world } = await watched({ build: {}, size: { answer } });
  expect(tried).toEqual([]);
  world['build'] = 'the image installs too late';
  grader.trigger('command');
  await clock.advance(1_000);
  grader.checkNow('build');
  grader.answer('size', '41');
  await clock.advance(10);
  grader.answer('size', '43');
  await clock.advance(10);
  expect(tried).toEqual([{ task: 'build' }, { task: 'size', answer: '41' }, { task: 'size', answer: '43' }]);
});

test('who tried something before a restart is told of it as before, and of nothing else', async () => {
  const answer = { label: 'Size', solve: () => '42' };
  const tasks = { build: {}, size: { answer }, other: {} };
  const attempts = [{ task: 'build' }, { task: 'size', answer: '41' }, { task: 'gone' }];
  const { clock, grader, tried, view } = await watched(tasks, [], attempts);
  for (const id of ['build', 'size']) {
    expect(view(id)).toMatchObject({ state: 'notYet', attempted: true, verdict: { message: 'nothing yet' } });
  }
  expect(view('other')).toMatchObject({ state: 'notYet', attempted: false });
  expect(tried).toEqual([]);
  grader.answer('size', '43');
  await clock.advance(10);
  expect(tried).toEqual([{ task: 'size', answer: '43' }]);
});

test('nothing is checked while nobody looks, and what was missed is made up for', async () => {
  const { world, clock, grader, runs, view } = await watched({ build: {} });
  grader.setWatched(false);
  runs.length = 0;
  world['build'] = undefined;
  grader.trigger('event');
  await clock.advance(60_000);
  expect(runs).toEqual([]);
  expect(clock.pending).toBe(0);
  grader.setWatched(true);
  await clock.advance(100);
  expect(view('build').state).toBe('done');
});

test('a poll finds what nothing announced, and what an event started is looked at again soon', async () => {
  const { world, clock, grader, view } = await watched({ a: {}, b: {} });
  world['a'] = undefined;
  await clock.advance(16_000);
  expect(view('a').state).toBe('done');
  grader.trigger('event');
  await clock.advance(300);
  world['b'] = undefined;
  await clock.advance(600);
  expect(view('b').state).toBe('done');
});

test('an answer is checked with its words, trimmed and bounded; a later one replaces it', async () => {
  const seen: (string | undefined)[] = [];
  const check = ({ answer }: CheckContext) => {
    seen.push(answer);
    if (answer !== '42') throw new NotYet('Too small.');
  };
  const { clock, grader, view } = await watched({
    size: { check, answer: { label: 'Size', solve: () => '42' } },
    plain: {},
  });
  expect(seen).toEqual([]);
  expect(grader.answer('size', ' 41 ')).toBe(true);
  await clock.advance(10);
  expect(view('size')).toMatchObject({ state: 'notYet', attempted: true });
  grader.answer('size', 'x'.repeat(5_000));
  await clock.advance(10);
  expect(seen.at(-1)).toHaveLength(500);
  grader.answer('size', '42');
  await clock.advance(10);
  expect(view('size').state).toBe('done');
  expect(grader.answer('plain', 'x')).toBe(false);
});

test('a broken check is ours: said so, logged, tried again later and not at every event', async () => {
  const { world, clock, grader, runs, broken, view } = await watched({ build: {} });
  world['build'] = new Error('bug');
  grader.trigger('command');
  await clock.advance(200);
  expect(view('build')).toMatchObject({ state: 'broken', verdict: { message: expect.stringContaining('our fault') } });
  expect(broken).toEqual(['build']);
  runs.length = 0;
  for (let i = 0; i < 10; i++) {
    grader.trigger('event');
    await clock.advance(300);
  }
  expect(runs).toEqual([]);
  world['build'] = undefined;
  await clock.advance(20_000);
  expect(view('build').state).toBe('done');
});

test('disposing stops all timers and says nothing more', async () => {
  const { clock, grader, said, world } = await watched({ build: {} });
  world['build'] = undefined;
  grader.trigger('command');
  grader[Symbol.dispose]();
  grader[Symbol.dispose]();
  const before = said.length;
  await clock.advance(60_000);
  expect(said).toHaveLength(before);
  expect(clock.pending).toBe(0);
  expect(grader.checkNow('build')).toBe(false);
});

test('another version of the lab is checked at once: what was done may not be, answers stay, and changed checks are shown', async () => {
  const { world, clock, grader, view, runs, stored } = await watched({
    build: {},
    size: { answer: { label: 'Size', solve: () => '3' } },
    later: {},
  });
  world['build'] = world['size'] = undefined;
  grader.answer('size', '3');
  grader.checkNow('build');
  await clock.advance(100);
  expect(view('build')).toMatchObject({ state: 'done' });
  world['build'] = 'it must do more now';
  runs.length = 0;
  const task = { check: () => undefined, nearMisses: [] };
  grader.renew({
    sandbox: {},
    tasks: { build: task, size: { ...task, answer: { label: 'Size', solve: () => '3' } }, later: task },
  });
  expect(view('build')).toMatchObject({ state: 'checking' });
  await clock.advance(1_000);
  expect(grader.tasks().map(({ id, state }) => `${id} ${state}`)).toEqual([
    'build notYet',
    'size done',
    'later notYet',
  ]);
  expect(view('build')).toMatchObject({ attempted: true, verdict: { message: 'it must do more now' } });
  expect(view('later').attempted).toBe(true);
  expect(runs.toSorted()).toEqual(['build', 'later', 'size']);
  expect(stored.toSorted()).toEqual(['build', 'size', 'size']);
});
