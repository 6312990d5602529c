import type { TerminalView } from '../../../sandbox-server/protocol/views.ts';
import { isOver } from './session/session-words.ts';
import type { Store } from './store.ts';
import type { PromptTracker } from './terminal/prompt-tracker.ts';
import type { TerminalScreen } from './terminal/terminal-screen.ts';
import type { WorkspaceState } from './workspace-state.ts';

/** Blocks that wait for one another; a sixth click is a mistake. */
export const MAX_WAITING_RUNS = 5;
/** A shell that marks its prompts shows one within this; after it the block is typed all the same. */
export const PROMPT_PATIENCE_MS = 4_000;
/** The shell switches bracketed paste on right after its prompt's first mark. */
const PASTE_MODE_PATIENCE_MS = 300;
/** A command may run this long before the block that waits for it is given up. */
const COMMAND_PATIENCE_MS = 30 * 60_000;
/** Ctrl-E Ctrl-U: takes away what stands at the prompt; Ctrl-Y brings it back. */
const CLEAR_LINE = '\x05\x15';

export interface RunRequest {
  code: string;
  machine: string | undefined;
}

/** What is needed of a terminal to type into it. */
export interface RunTarget {
  screen: Pick<TerminalScreen, 'run' | 'press' | 'takesBracketedPaste'>;
  tracker: PromptTracker;
}

export interface RunBlocksOptions {
  store: Store<WorkspaceState>;
  start: () => Promise<void>;
  /** For when all of them were closed. */
  openTerminal: (machine: string) => Promise<void>;
  /** Brings the terminal into view and gives it. */
  show: (terminal: TerminalView) => RunTarget | undefined;
  typed: (terminal: TerminalView) => void;
}

/** Types the lesson's blocks into a terminal, one after the other, each at a prompt. */
export class RunBlocks {
  readonly #options: RunBlocksOptions;
  #queue: Promise<void> = Promise.resolve();
  #waiting = 0;
  #skipWait = new AbortController();
  #cancelled = false;

  constructor(options: RunBlocksOptions) {
    this.#options = options;
  }

  run(request: RunRequest): Promise<void> {
    if (this.#waiting >= MAX_WAITING_RUNS) return this.#queue;
    this.#waiting += 1;
    this.#queue = this.#queue
      .then(() => this.#runOne(request))
      .finally(() => {
        this.#waiting -= 1;
      });
    return this.#queue;
  }

  /** Types what waits although a command is running: its program gets it as input. */
  typeNow(): void {
    this.#skipWait.abort();
  }

  /** Gives up what waits. */
  cancel(): void {
    this.#cancelled = true;
    this.#skipWait.abort();
  }

  async #runOne({ code, machine }: RunRequest): Promise<void> {
    const { store, start, openTerminal, show, typed } = this.#options;
    if (!store.value.session || isOver(store.value.session.state)) await start();
    if (!(await this.#ready())) return;
    const { session } = store.value;
    if (session?.terminals.length === 0) await openTerminal(machine ?? session.machines[0]?.name ?? 'host');
    const terminal = pickTerminal(store.value, machine);
    const open = terminal && show(terminal);
    if (!open) return;
    if (!(await this.#atPrompt(code, terminal, open))) return;
    if (open.tracker.lineStarted) open.screen.press(CLEAR_LINE);
    open.screen.run(code.trimEnd());
    open.tracker.commandSent();
    typed(terminal);
  }

  /** Waits until the session is usable. False when it will not be. */
  #ready(): Promise<boolean> {
    const { store } = this.#options;
    const verdict = ({ session, busy }: WorkspaceState) => {
      if (session?.state === 'ready') return true;
      return (session && !isOver(session.state)) || busy === 'start' ? undefined : false;
    };
    const now = verdict(store.value);
    if (now !== undefined) return Promise.resolve(now);
    return new Promise((resolve) => {
      const stop = store.subscribe((state) => {
        const result = verdict(state);
        if (result === undefined) return;
        stop();
        resolve(result);
      });
    });
  }

  /** Waits for the prompt, telling the learner when a command is in the way. False when the learner gave up. */
  async #atPrompt(code: string, terminal: TerminalView, { screen, tracker }: RunTarget): Promise<boolean> {
    this.#skipWait = new AbortController();
    this.#cancelled = false;
    const { signal } = this.#skipWait;
    if (tracker.state !== 'running') await tracker.waitForPrompt(PROMPT_PATIENCE_MS, signal);
    if (tracker.state === 'running') {
      const { store } = this.#options;
      store.set({ waitingRun: { code, terminal: terminal.id } });
      await tracker.waitForPrompt(COMMAND_PATIENCE_MS, signal);
      store.set({ waitingRun: undefined });
    }
    if (this.#cancelled) return false;
    const deadline = Date.now() + PASTE_MODE_PATIENCE_MS;
    while (tracker.state === 'prompt' && !screen.takesBracketedPaste && Date.now() < deadline) await pause();
    return true;
  }
}

function pickTerminal(
  { session, activeTerminal }: WorkspaceState,
  machine: string | undefined,
): TerminalView | undefined {
  const active = session?.terminals.find(({ id }) => id === activeTerminal) ?? session?.terminals[0];
  if (machine === undefined || active?.machine === machine) return active;
  return session?.terminals.find((terminal) => terminal.machine === machine) ?? active;
}

function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 20));
}
