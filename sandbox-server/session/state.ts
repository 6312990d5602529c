import type { SessionState } from '../protocol/views.ts';

/** The session's one state machine: from each state, where it may go. */
const TRANSITIONS: Record<SessionState, readonly SessionState[]> = {
  queued: ['starting', 'stopping'],
  starting: ['ready', 'stopping', 'failed'],
  ready: ['resetting', 'recovering', 'stopping', 'failed'],
  resetting: ['ready', 'stopping', 'failed'],
  recovering: ['ready', 'stopping', 'failed'],
  stopping: ['ended'],
  ended: [],
  failed: [],
};

export const mayGo = (from: SessionState, to: SessionState): boolean => TRANSITIONS[from].includes(to);

/** ended and failed: nothing happens any more. */
export const isFinal = (state: SessionState): boolean => TRANSITIONS[state].length === 0;

/** It has, or is getting, a sandbox. */
export const isLive = (state: SessionState): boolean => !isFinal(state) && state !== 'stopping';
