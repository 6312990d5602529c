import type { SessionView } from '../../../../sandbox-server/protocol/views.ts';
import type { OpenTerminal } from '../terminal/terminal-deck.ts';
import type { WorkspacePreferences } from '../workspace-state.ts';

/** What the views can ask for. */
export interface WorkspaceActions {
  start: () => void;
  stopElsewhereAndStart: (session: SessionView) => void;
  extend: () => void;
  reset: () => void;
  stop: () => void;
  retryNow: () => void;
  /** Makes a link for somebody who watches; its address. */
  share: (mayType: boolean) => Promise<string | undefined>;
  takeBack: (share: string) => void;
  dismissProblem: () => void;
  openTerminal: (machine: string) => void;
  closeTerminal: (terminal: string) => void;
  showPreview: (port: number) => void;
  closePreview: (port: number) => void;
  showTerminal: (terminal: string, options?: { focus?: boolean }) => void;
  terminal: (terminal: string) => OpenTerminal | undefined;
  pressKeys: (keys: string) => void;
  setSearching: (on: boolean) => void;
  setPreferences: (changes: Partial<WorkspacePreferences>) => void;
  wantLive: (on: boolean) => void;
  typeWaitingRun: () => void;
  interruptForWaitingRun: () => void;
  cancelWaitingRun: () => void;
}
