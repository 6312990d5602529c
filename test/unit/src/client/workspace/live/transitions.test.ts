import { expect, test } from 'vitest';
import {
  LEAVING_MS,
  nextChangeAt,
  nextPicture,
  PHASE_MS,
  type Tracked,
} from '../../../../../../src/client/workspace/live/transitions.ts';

interface Item {
  id: string;
  state: string;
}
const options = { keyOf: ({ id }: Item) => id, signatureOf: ({ state }: Item) => state };
const item = (id: string, state = 'running'): Item => ({ id, state });
const phases = (picture: Tracked<Item>[]) => picture.map(({ key, phase }) => `${key} ${phase}`);

test('what is there at first just is', () => {
  expect(phases(nextPicture(undefined, [item('a')], options, 0))).toEqual(['a steady']);
  expect(nextChangeAt(nextPicture(undefined, [item('a')], options, 0))).toBeUndefined();
});

test('what is new enters, in its place, and settles', () => {
  const first = nextPicture(undefined, [item('a')], options, 0);
  const second = nextPicture(first, [item('b'), item('a')], options, 10);
  expect(phases(second)).toEqual(['b entering', 'a steady']);
  expect(nextChangeAt(second)).toBe(10 + PHASE_MS);
  expect(phases(nextPicture(second, [item('b'), item('a')], options, 10 + PHASE_MS))).toEqual(['b steady', 'a steady']);
});

test('what changes shows it', () => {
  const first = nextPicture(undefined, [item('a')], options, 0);
  expect(phases(nextPicture(first, [item('a', 'exited')], options, 10))).toEqual(['a changed']);
});

test('drawing again in the middle of a phase does not restart it', () => {
  const first = nextPicture([], [item('a')], options, 0);
  const second = nextPicture(first, [item('a')], options, 100);
  expect(second[0]).toMatchObject({ phase: 'entering', since: 0 });
});

test('what is gone stays below what it was below while it leaves, then is gone', () => {
  const first = nextPicture(undefined, [item('a'), item('b'), item('c')], options, 0);
  const second = nextPicture(first, [item('a'), item('c')], options, 10);
  expect(phases(second)).toEqual(['a steady', 'b leaving', 'c steady']);
  expect(nextChangeAt(second)).toBe(10 + LEAVING_MS);
  expect(phases(nextPicture(second, [item('a'), item('c')], options, 10 + LEAVING_MS))).toEqual([
    'a steady',
    'c steady',
  ]);
});

test('several that leave keep their order, also from the top', () => {
  const first = nextPicture(undefined, [item('a'), item('b'), item('c')], options, 0);
  expect(phases(nextPicture(first, [item('c')], options, 10))).toEqual(['a leaving', 'b leaving', 'c steady']);
});

test('what comes back while leaving enters again', () => {
  const first = nextPicture(undefined, [item('a')], options, 0);
  const gone = nextPicture(first, [], options, 10);
  expect(phases(nextPicture(gone, [item('a')], options, 20))).toEqual(['a entering']);
});
