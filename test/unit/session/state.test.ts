import { expect, test } from 'vitest';
import type { SessionState } from '../../../sandbox-server/protocol/views.ts';
import { isFinal, isLive, mayGo } from '../../../sandbox-server/session/state.ts';

const STATES: SessionState[] = ['queued', 'starting', 'ready', 'resetting', 'stopping', 'ended', 'failed'];

test('from each state, exactly these can follow', () => {
  const table = Object.fromEntries(STATES.map((from) => [from, STATES.filter((to) => mayGo(from, to))]));
  expect(table).toEqual({
    queued: ['starting', 'stopping'],
    starting: ['ready', 'stopping', 'failed'],
    ready: ['resetting', 'stopping', 'failed'],
    resetting: ['ready', 'stopping', 'failed'],
    stopping: ['ended'],
    ended: [],
    failed: [],
  });
});

test('ended and failed are final; a session that is stopping takes no place any more', () => {
  expect(STATES.filter(isFinal)).toEqual(['ended', 'failed']);
  expect(STATES.filter(isLive)).toEqual(['queued', 'starting', 'ready', 'resetting']);
});
