import type { SessionState, TerminalView } from './views.ts';

/** What somebody sees of a learner's session who was given a link to it. */
export interface WatchView {
  /** `<course>/<module>/<lesson>` */
  lesson: string;
  state: SessionState;
  terminals: TerminalView[];
  mayType: boolean;
}

/** `GET /api/watch/:token/events`, text frames of JSON; the terminals' streams are beside it, as the session's own are. */
export type WatchServerMessage = { type: 'watch'; watch: WatchView } | { type: 'pong' };
