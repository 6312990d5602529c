import { randomBytes } from 'node:crypto';
import type { Backend, SandboxRef } from '../backend/backend.ts';
import { DrydockError } from '../errors.ts';
import { CLOSE } from '../protocol/close-codes.ts';
import type { TerminalView } from '../protocol/views.ts';
import { endShell, type HeldShell, openShell } from '../terminal/held-shell.ts';
import { Terminal } from '../terminal/terminal.ts';

export interface TerminalsOptions {
  backend: Backend;
  sandbox: () => SandboxRef;
  /** The most that may be open at once. */
  limit: number;
  onCommandEnd: () => void;
  onInput: () => void;
  /** One was opened or ended. */
  onChange: () => void;
}

export function newTerminalId(): string {
  return randomBytes(5).toString('hex');
}

/** The terminals of one session. */
export class Terminals {
  readonly #options: TerminalsOptions;
  readonly #open = new Map<string, { view: TerminalView; terminal: Terminal }>();

  constructor(options: TerminalsOptions) {
    this.#options = options;
  }

  views(): TerminalView[] {
    return [...this.#open.values()].map(({ view }) => view);
  }

  get(id: string): Terminal {
    return this.#find(id).terminal;
  }

  /** `ready`: a shell that is there already, instead of a new one. */
  async open(machine: string, ready?: { terminal: string; shell: HeldShell }): Promise<TerminalView> {
    if (!this.#options.sandbox().machines.includes(machine)) throw new DrydockError('unknown-machine');
    if (this.#open.size >= this.#options.limit) throw new DrydockError('too-many-terminals');
    const view = { id: ready?.terminal ?? newTerminalId(), machine, title: this.#title(machine) };
    const terminal = this.#add(view, ready?.shell);
    try {
      await terminal.open();
    } catch (error) {
      this.#open.delete(view.id);
      throw error;
    }
    this.#options.onChange();
    return view;
  }

  /** Known from before a restart: each opens again when somebody looks at it. */
  restore(views: readonly TerminalView[]): void {
    for (const view of views) this.#add(view);
  }

  /** Ends the shell; resolves when it is gone. */
  async close(id: string): Promise<void> {
    const { terminal, view } = this.#find(id);
    terminal.close();
    this.#open.delete(id);
    this.#options.onChange();
    const { backend, sandbox } = this.#options;
    await endShell(backend, sandbox(), view.machine, id);
  }

  closeAll(why: 'ended' | 'restarting'): void {
    const reason = why === 'ended' ? 'the sandbox was removed' : 'the server restarts';
    for (const { terminal } of this.#open.values()) terminal.close(CLOSE[why], reason);
    this.#open.clear();
  }

  #find(id: string): { view: TerminalView; terminal: Terminal } {
    const found = this.#open.get(id);
    if (found === undefined) throw new DrydockError('unknown-terminal');
    return found;
  }

  #add(view: TerminalView, shell?: HeldShell): Terminal {
    const { backend, sandbox, onCommandEnd, onInput, onChange } = this.#options;
    let ready = shell;
    const terminal = new Terminal({
      open: (from) => {
        const first = ready;
        ready = undefined;
        return first === undefined
          ? openShell(backend, sandbox(), view.machine, view.id, from)
          : Promise.resolve(first);
      },
      onCommandEnd,
      onInput,
      onExit: () => {
        if (this.#open.delete(view.id)) onChange();
      },
    });
    this.#open.set(view.id, { view, terminal });
    return terminal;
  }

  /** `host`, then `host 2`, with the first number that is free. */
  #title(machine: string): string {
    const taken = new Set(this.views().map((view) => view.title));
    for (let n = 1; ; n++) {
      const title = n === 1 ? machine : `${machine} ${n}`;
      if (!taken.has(title)) return title;
    }
  }
}
