import { describe, expect, test } from 'vitest';
import { countOfTasks, taskShown, verdictDetails } from '../../../../src/client/task-state.ts';

const verdict = { message: 'shop:2 is not there.', expected: 'image shop:2', observed: 'only shop:1' };

describe('what a task card shows', () => {
  test('without a sandbox only what was done before counts', () => {
    expect(taskShown(undefined, false)).toEqual({ state: 'todo', badge: 'To do', verdict: undefined });
    expect(taskShown(undefined, true)).toEqual({ state: 'done', badge: 'Done', verdict: undefined });
  });

  test('a fresh sandbox does not take away what was done in an earlier one', () => {
    const view = { id: 'a', state: 'todo', attempted: false } as const;
    expect(taskShown(view, true)).toMatchObject({ state: 'done', badge: 'Done before' });
  });

  test('says "not yet" only to who has tried', () => {
    const view = { id: 'a', state: 'notYet', verdict } as const;
    expect(taskShown({ ...view, attempted: false }, false)).toMatchObject({ state: 'todo', verdict: undefined });
    expect(taskShown({ ...view, attempted: true }, false)).toMatchObject({ state: 'notYet', verdict });
  });

  test('a task that must hold says that it broke, although it was done', () => {
    const view = { id: 'a', state: 'lapsed', attempted: true, verdict } as const;
    expect(taskShown(view, true)).toEqual({ state: 'lapsed', badge: 'Was done, now broken', verdict });
  });

  test('a done task shows no old verdict', () => {
    expect(taskShown({ id: 'a', state: 'done', attempted: true, verdict }, false).verdict).toBeUndefined();
  });
});

describe('the details of a verdict', () => {
  test('are what was expected and seen', () => {
    expect(verdictDetails(verdict)).toEqual([
      { label: 'Expected', text: 'image shop:2' },
      { label: 'Saw', text: 'only shop:1' },
    ]);
  });

  test('are left out when the message says both', () => {
    const message = 'The state: expected “running”, saw “exited”.';
    expect(verdictDetails({ message, expected: 'the state “running”', observed: '“exited”' })).toEqual([]);
  });
});

test('counts in words', () => {
  expect(countOfTasks(5, 8)).toBe('5 of 8 tasks');
  expect(countOfTasks(0, 1)).toBe('0 of 1 task');
});
