import { expect, test } from 'vitest';
import { eventFacts } from '../../../../sandbox-server/grader/kubernetes/event-facts.ts';
import { event } from '../../../../sandbox-server/grader/kubernetes/schemas.ts';

const make = (message: string, resourceVersion: string, more: object) =>
  event.parse({
    metadata: { name: message, resourceVersion },
    message,
    involvedObject: { kind: 'Pod', name: 'web' },
    ...more,
  });

test('the oldest comes first; within a second, the one that was written first', () => {
  const told = eventFacts([
    make('third', '120', { lastTimestamp: '2026-01-01T00:00:02Z' }),
    make('second', '99', { lastTimestamp: '2026-01-01T00:00:01Z' }),
    make('first', '98', { lastTimestamp: '2026-01-01T00:00:01Z' }),
  ]);
  expect(told.map(({ message }) => message)).toEqual(['first', 'second', 'third']);
});

test('both ways of counting are one', () => {
  const [old, series] = eventFacts([
    make('a', '1', { count: 4, lastTimestamp: '2026-01-01T00:00:01Z' }),
    make('b', '2', {
      eventTime: '2026-01-01T00:00:02.123456Z',
      series: { count: 3, lastObservedTime: '2026-01-01T00:00:09.5Z' },
    }),
  ]);
  expect(old).toMatchObject({ about: 'Pod web', count: 4 });
  expect(series).toMatchObject({ count: 3, at: new Date('2026-01-01T00:00:09.5Z') });
});
