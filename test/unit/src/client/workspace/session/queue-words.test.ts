import { expect, test } from 'vitest';
import { placeWords, waitWords } from '../../../../../../src/client/workspace/session/queue-words.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;

test('the place is said in words', () => {
  expect([1, 2, 3].map(placeWords)).toEqual([
    'You are next.',
    'One learner is before you.',
    '2 learners are before you.',
  ]);
});

test('the time is as exact as an estimate can be', () => {
  const wait = (ms: number) => waitWords({ startsAt: MINUTE + ms }, MINUTE);
  expect([-5 * MINUTE, 10 * SECOND].map(wait)).toEqual(['any moment now', 'any moment now']);
  expect(wait(70 * SECOND)).toBe('in about a minute');
  expect(wait(4.4 * MINUTE)).toBe('in about 4 minutes');
  expect(wait(150 * MINUTE)).toBe('in about 3 hours');
});

test('what nobody knows is not said', () => {
  expect(waitWords({}, 0)).toBe('');
});
