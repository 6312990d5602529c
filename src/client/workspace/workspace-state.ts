import type { LiveView } from '../../../sandbox-server/protocol/live.ts';
import type { ProblemView, SessionView } from '../../../sandbox-server/protocol/views.ts';
import type { PreviewTabs } from './live/preview-ports.ts';
import type { LinkState } from './session/reconnecting-socket.ts';

/** Everything the views draw from. */
export interface WorkspaceState {
  /** idle: no session; looking: asking whether there is one; active: `session` says. */
  phase: 'idle' | 'looking' | 'unavailable' | 'active';
  session: SessionView | undefined;
  /** The server's clock minus ours, in milliseconds. */
  clockSkew: number;
  link: LinkState;
  /** What went wrong last, until it is dismissed or something else is tried. */
  problem: ProblemView | undefined;
  busy: 'start' | 'extend' | 'reset' | 'stop' | undefined;
  /** The learner's labs of other lessons that are still running. */
  elsewhere: SessionView[];
  live: LiveView | undefined;
  activeTerminal: string | undefined;
  previews: PreviewTabs;
  /** The port whose preview covers the terminals. */
  activePreview: number | undefined;
  terminals: Record<string, TerminalStatus>;
  /** A run block that waits for the prompt. */
  waitingRun: { code: string; terminal: string } | undefined;
  /** Said politely to screen readers. */
  announcement: string;
  searching: boolean;
  /** How often finding was asked for by key. */
  findAsked: number;
  /** The keyboard has ⌘. */
  apple: boolean;
  preferences: WorkspacePreferences;
}

export interface TerminalStatus {
  link: LinkState;
  readOnly: boolean;
  problem: ProblemView | undefined;
  /** The address under the pointer. */
  hoveredLink: string | undefined;
  search: { index: number; count: number } | undefined;
}

export interface WorkspacePreferences {
  /** CSS pixels. */
  fontSize: number;
  screenReader: boolean;
  panelOpen: boolean;
  /** The terminal's share of the height, 0–1. */
  split: number;
}

export const NO_TERMINAL_STATUS: TerminalStatus = {
  link: 'connecting',
  readOnly: false,
  problem: undefined,
  hoveredLink: undefined,
  search: undefined,
};

export function initialState(preferences: WorkspacePreferences, apple: boolean): WorkspaceState {
  return {
    phase: 'idle',
    session: undefined,
    clockSkew: 0,
    link: 'closed',
    problem: undefined,
    busy: undefined,
    elsewhere: [],
    live: undefined,
    activeTerminal: undefined,
    previews: { open: [], closed: [] },
    activePreview: undefined,
    terminals: {},
    waitingRun: undefined,
    announcement: '',
    searching: false,
    findAsked: 0,
    apple,
    preferences,
  };
}
