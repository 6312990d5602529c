import type { Backend, SandboxRef } from '../backend/backend.ts';
import type { Probes } from '../grader/probes.ts';
import { runsAtRest } from './engine-at-rest.ts';
import type { RunningContainer } from './running-containers.ts';
import { DEFINE_SHELL_STATE, PRINT_SHELL_STATE, readShellState, type ShellState } from './shell-state.ts';
import { surroundings } from './surroundings.ts';
import type { TypingTerminal } from './typing-terminal.ts';

interface Watched {
  terminal: TypingTerminal;
  /** At its first prompt. */
  around: string;
  shell: ShellState | undefined;
}

/** What a sandbox has beside its disks, by machine. */
export interface BesideDisks {
  /** Of the terminals that are open. */
  shells: ReadonlyMap<string, ShellState>;
  running: ReadonlyMap<string, readonly RunningContainer[]>;
}

/**
 * Knows when a copy of a sandbox's disks is as good as the sandbox: everything else is as at the first prompt, or can be had again by going to a
 * folder and starting containers.
 */
export class RestWatch {
  readonly #backend: Backend;
  readonly #sandbox: SandboxRef;
  readonly #probes: Probes;
  readonly #signal: AbortSignal;
  readonly #watched = new Map<string, Watched>();

  constructor(options: { backend: Backend; sandbox: SandboxRef; probes: Probes; signal: AbortSignal }) {
    this.#backend = options.backend;
    this.#sandbox = options.sandbox;
    this.#probes = options.probes;
    this.#signal = options.signal;
  }

  /** A machine's terminal shows its first prompt. */
  async begin(machine: string, terminal: TypingTerminal): Promise<void> {
    await terminal.run(DEFINE_SHELL_STATE, this.#signal);
    const shell = readShellState((await terminal.run(PRINT_SHELL_STATE, this.#signal)).output);
    this.#watched.set(machine, { terminal, around: await this.#around(machine), shell });
  }

  /** Undefined while something lives that is on no disk and cannot be started again. */
  async besideDisks(): Promise<BesideDisks | undefined> {
    const shells = new Map<string, ShellState>();
    const running = new Map<string, readonly RunningContainer[]>();
    for (const machine of this.#sandbox.machines) {
      const engine = this.#probes.engine(machine);
      const where = { engine, backend: this.#backend, sandbox: this.#sandbox, machine, signal: this.#signal };
      const containers = await runsAtRest(where);
      if (containers === undefined) return undefined;
      running.set(machine, containers);
    }
    for (const [machine, { terminal, around, shell }] of this.#watched) {
      if (shell === undefined || around !== (await this.#around(machine))) return undefined;
      const now = readShellState((await terminal.run(PRINT_SHELL_STATE, this.#signal)).output);
      if (now === undefined || now.digest !== shell.digest) return undefined;
      shells.set(machine, now);
    }
    return { shells, running };
  }

  #around(machine: string): Promise<string> {
    return surroundings(this.#backend, this.#sandbox, machine, this.#signal);
  }
}
