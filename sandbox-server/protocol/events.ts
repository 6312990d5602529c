import type { LiveView } from './live.ts';
import type { ProblemView, SessionView, TaskView } from './views.ts';

/**
 * The session's events: one WebSocket a page, `GET /api/sessions/:session/events`, text frames of JSON.
 * On connecting, the server sends `session` with everything.
 */
export type SessionServerMessage =
  | { type: 'session'; session: SessionView }
  | { type: 'task'; task: TaskView }
  | { type: 'live'; live: LiveView }
  | { type: 'pong' }
  /** A message of the client could not be done. */
  | { type: 'error'; error: ProblemView };

export type SessionClientMessage =
  /** Asks for `live` messages from now on, or no more. */
  | { type: 'live'; on: boolean }
  /** Is the connection alive? Answered with `pong`. */
  | { type: 'ping' }
  /** Check this task now and say why it is not done. */
  | { type: 'check'; task: string }
  /** A typed answer to a task that asks for one; checks it. */
  | { type: 'answer'; task: string; value: string };
