import { expect, test } from 'vitest';
import type { TaskView } from '../../../../../../sandbox-server/protocol/views.ts';
import { TaskUpdates } from '../../../../../../src/client/workspace/session/task-updates.ts';

const task = (id: string, state: TaskView['state']): TaskView => ({ id, state, attempted: false });

test('only what changed is told', () => {
  const updates = new TaskUpdates();
  expect(updates.changed([task('a', 'todo'), task('b', 'todo')])).toHaveLength(2);
  expect(updates.changed([task('a', 'todo'), task('b', 'done')])).toEqual([task('b', 'done')]);
});

test('a new verdict in the same state is a change', () => {
  const updates = new TaskUpdates();
  updates.changed([task('a', 'notYet')]);
  const next: TaskView = { ...task('a', 'notYet'), verdict: { message: 'shop:2 is missing.' } };
  expect(updates.changed([next])).toEqual([next]);
});

test('another session tells everything again', () => {
  const updates = new TaskUpdates();
  updates.changed([task('a', 'done')]);
  updates.forget();
  expect(updates.changed([task('a', 'done')])).toHaveLength(1);
});
