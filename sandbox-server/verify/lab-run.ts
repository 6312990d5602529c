import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Backend, SandboxRef } from '../backend/backend.ts';
import type { Clock } from '../clock.ts';
import { CheckClients } from '../grader/check-clients.ts';
import { runCheck } from '../grader/run-check.ts';
import type { Verdict } from '../grader/verdict.ts';
import type { CheckContext } from '../lab/check-context.ts';
import type { LabTask } from '../lab/lab.ts';
import { type LabLesson, machinesOf } from '../lab/lessons.ts';
import { prepareSandbox } from '../session/prepare-sandbox.ts';
import { type TypedResult, TypingTerminal } from './typing-terminal.ts';

/** What a command started may become true a little later: a server begins to listen, a health check runs. */
const PATIENCE_MS = 20_000;
const RETRY_MS = 150;

export interface LabRunOptions {
  backend: Backend;
  clock: Clock;
  lesson: LabLesson;
  signal: AbortSignal;
  /** Milliseconds until a state that a command leads to counts as not coming. Default 20,000. */
  patience?: number;
  /** Called with every check that failed itself. */
  onBroken: (task: string, error: unknown) => void;
}

/** One fresh sandbox of a lab, with somebody at its keyboard and the checks looking on. */
export class LabRun implements AsyncDisposable {
  readonly #options: LabRunOptions;
  readonly #sandbox: SandboxRef;
  readonly #clients: CheckClients;
  readonly #terminals = new Map<string, TypingTerminal>();

  private constructor(options: LabRunOptions, sandbox: SandboxRef) {
    this.#options = options;
    this.#sandbox = sandbox;
    this.#clients = new CheckClients({ backend: options.backend, sandbox });
  }

  static async start(options: LabRunOptions): Promise<LabRun> {
    const { backend, lesson, signal } = options;
    const spec = {
      id: randomBytes(6).toString('hex'),
      machines: machinesOf(lesson.lab),
      labels: { lesson: lesson.id },
      privateRegistry: lesson.lab.sandbox.privateRegistry ?? false,
    };
    const run = new LabRun(options, await backend.create(spec, { signal }));
    try {
      await prepareSandbox(backend, run.#sandbox, lesson, { signal });
      return run;
    } catch (error) {
      await run[Symbol.asyncDispose]();
      throw error;
    }
  }

  get sandbox(): SandboxRef {
    return this.#sandbox;
  }

  async type(code: string, machine = this.#sandbox.machines[0] ?? 'host'): Promise<TypedResult> {
    const { backend, signal } = this.#options;
    let terminal = this.#terminals.get(machine);
    if (!terminal) {
      terminal = await TypingTerminal.open(backend, this.#sandbox, machine, signal);
      this.#terminals.set(machine, terminal);
    }
    return await terminal.run(code, signal);
  }

  /** Works an answer out, as the lab says. */
  async workOut(answer: string | ((context: CheckContext) => Promise<string> | string)): Promise<string> {
    if (typeof answer === 'string') return answer;
    const timeout = AbortSignal.any([this.#options.signal, AbortSignal.timeout(PATIENCE_MS)]);
    return await answer(this.#clients.context({ signal: timeout }));
  }

  async check(id: string, answer?: string): Promise<Verdict> {
    const { clock, signal, onBroken } = this.#options;
    const context = (run: { signal: AbortSignal; answer?: string }) => this.#clients.context(run);
    const verdict = await runCheck(this.#task(id), {
      context,
      clock,
      signal,
      ...(answer === undefined ? {} : { answer }),
    });
    signal.throwIfAborted();
    if (verdict.kind === 'broken') onBroken(id, verdict.error);
    return verdict;
  }

  /** Checks until the verdict is as wanted, it is broken, or some time has passed; the last verdict. */
  async checkUntil(isWanted: (verdict: Verdict) => boolean, id: string, answer?: string): Promise<Verdict> {
    const deadline = performance.now() + (this.#options.patience ?? PATIENCE_MS);
    for (;;) {
      const verdict = await this.check(id, answer);
      if (isWanted(verdict) || verdict.kind === 'broken' || performance.now() > deadline) return verdict;
      await sleep(RETRY_MS, undefined, { signal: this.#options.signal });
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const terminal of this.#terminals.values()) terminal[Symbol.dispose]();
    this.#clients[Symbol.dispose]();
    await this.#options.backend.destroy(this.#sandbox.id);
  }

  #task(id: string): LabTask {
    const task = this.#options.lesson.lab.tasks[id];
    if (!task) throw new Error(`${this.#options.lesson.id} has no task "${id}"`);
    return task;
  }
}
