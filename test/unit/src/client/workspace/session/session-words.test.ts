import { expect, test } from 'vitest';
import type { SessionState } from '../../../../../../sandbox-server/protocol/views.ts';
import { sessionWords } from '../../../../../../src/client/workspace/session/session-words.ts';

const STATES: SessionState[] = ['queued', 'starting', 'ready', 'resetting', 'stopping', 'ended', 'failed'];

test('every state has a word of its own, a title and a sentence', () => {
  const all = STATES.map((state) => sessionWords(state, 'open'));
  expect(new Set(all.map(({ word }) => word)).size).toBe(STATES.length);
  expect(all.every(({ title, sentence }) => title !== '' && sentence.endsWith('.'))).toBe(true);
});

test('while the server is not heard, that is what is said', () => {
  expect(sessionWords('ready', 'waiting').word).toBe('Reconnecting');
  expect(sessionWords('ready', 'connecting').word).toBe('Running');
});

test('what is over stays over, heard or not', () => {
  expect(sessionWords('ended', 'waiting').word).toBe('Ended');
  expect(sessionWords('failed', 'waiting').word).toBe('Failed');
});
