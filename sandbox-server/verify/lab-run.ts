import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Backend, DisksCopy, SandboxRef } from '../backend/backend.ts';
import type { Clock } from '../clock.ts';
import type { SandboxClusters } from '../cluster/cluster.ts';
import { CheckClients } from '../grader/check-clients.ts';
import { checkContext } from '../grader/check-context.ts';
import type { Probes } from '../grader/probes.ts';
import { runCheck } from '../grader/run-check.ts';
import type { Verdict } from '../grader/verdict.ts';
import type { CheckContext } from '../lab/check-context.ts';
import type { LabTask } from '../lab/lab.ts';
import { type LabLesson, partsOf } from '../lab/lessons.ts';
import { prepareSandbox } from '../session/prepare-sandbox.ts';
import { NamespaceUndo } from './namespace-undo.ts';
import { type BesideDisks, RestWatch } from './rest-watch.ts';
import { runAgain } from './running-containers.ts';
import type { SavePoint } from './save-point.ts';
import { goTo } from './shell-state.ts';
import { type TypedResult, TypingTerminal } from './typing-terminal.ts';
import { NeedsHistory, WithoutHistory } from './without-history.ts';

/** What a command started may become true a little later: a server begins to listen, a health check runs. */
const PATIENCE_MS = 20_000;
const RETRY_MS = 150;

/** A sandbox that began as a copy is not what was copied. */
export class NotAsBefore extends Error {
  override readonly name = 'NotAsBefore';

  constructor() {
    super('a container that was running does not do again what it did');
  }
}

export interface LabRunOptions {
  backend: Backend;
  /** Where there are clusters for sandboxes. */
  clusters?: SandboxClusters | undefined;
  clock: Clock;
  lesson: LabLesson;
  signal: AbortSignal;
  /** Milliseconds until a state that a command leads to counts as not coming. Default 20,000. */
  patience?: number;
  /** Called with every check that failed itself. */
  onBroken: (task: string, error: unknown) => void;
  /** It begins there. Default: with nothing but what the lab says. */
  from?: SavePoint | undefined;
  /** The same in words, for reports. */
  began?: string | undefined;
  /** Others will begin with copies of its disks. */
  isCopied?: boolean;
}

/** One sandbox of a lab, with somebody at its keyboard and the checks looking on. */
export class LabRun implements AsyncDisposable {
  readonly #options: LabRunOptions;
  readonly #sandbox: SandboxRef;
  readonly #clients: CheckClients;
  /** What the checks look through. */
  readonly #probes: Probes;
  /** Of one that began as a copy. */
  readonly #history: WithoutHistory | undefined;
  readonly #rest: RestWatch | undefined;
  readonly #terminals = new Map<string, TypingTerminal>();

  private constructor(options: LabRunOptions, sandbox: SandboxRef) {
    this.#options = options;
    this.#sandbox = sandbox;
    const cluster = options.clusters?.reader(sandbox);
    this.#clients = new CheckClients({ backend: options.backend, sandbox, ...(cluster && { cluster }) });
    this.#history = options.from && new WithoutHistory(this.#clients);
    this.#probes = this.#history ?? this.#clients;
    const { backend, signal } = options;
    if (options.isCopied === true) this.#rest = new RestWatch({ backend, sandbox, probes: this.#clients, signal });
  }

  static async start(options: LabRunOptions): Promise<LabRun> {
    const { backend, lesson, signal, from } = options;
    const spec = {
      id: randomBytes(6).toString('hex'),
      ...partsOf(lesson.lab),
      labels: { lesson: lesson.id },
      privateRegistry: lesson.lab.sandbox.privateRegistry ?? false,
    };
    const run = new LabRun(options, await backend.create(spec, { signal, ...(from && { from: from.disks }) }));
    try {
      if (from) await run.#runAgain(from);
      else await prepareSandbox(backend, run.#sandbox, lesson, { signal });
      return run;
    } catch (error) {
      await run[Symbol.asyncDispose]();
      throw error;
    }
  }

  get sandbox(): SandboxRef {
    return this.#sandbox;
  }

  get began(): string | undefined {
    return this.#options.began;
  }

  /** As TypingTerminal.run, on a machine; default the first. */
  async type(code: string, machine = this.#sandbox.machines[0] ?? 'host', limit?: number): Promise<TypedResult> {
    const { backend, signal } = this.#options;
    let terminal = this.#terminals.get(machine);
    if (!terminal) {
      terminal = await TypingTerminal.open(backend, this.#sandbox, machine, signal);
      this.#terminals.set(machine, terminal);
      await this.#rest?.begin(machine, terminal);
      const shell = this.#options.from?.beside.shells.get(machine);
      const way = shell && goTo(shell);
      if (way !== undefined) await terminal.run(way, signal);
    }
    return await terminal.run(code, signal, limit);
  }

  /** Works an answer out, as the lab says. */
  async workOut(answer: string | ((context: CheckContext) => Promise<string> | string)): Promise<string> {
    if (typeof answer === 'string') return answer;
    const timeout = AbortSignal.any([this.#options.signal, AbortSignal.timeout(PATIENCE_MS)]);
    return await this.#knowing(() => Promise.resolve(answer(checkContext(this.#probes, { signal: timeout }))));
  }

  async check(id: string, answer?: string): Promise<Verdict> {
    const { clock, signal, onBroken } = this.#options;
    const context = (run: { signal: AbortSignal; answer?: string }) => checkContext(this.#probes, run);
    const given = answer === undefined ? {} : { answer };
    const verdict = await this.#knowing(() => runCheck(this.#task(id), { context, clock, signal, ...given }));
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

  /** To come back here after a mistake. Only of a lab in a cluster, whose namespace and files are all that it has. */
  async remember(): Promise<NamespaceUndo> {
    const { signal } = this.#options;
    return await NamespaceUndo.remember(this.#probes.run(this.#sandbox.machines[0] ?? 'host'), signal);
  }

  /** What it takes beside a copy of its disks to have the same again; undefined while that cannot be had. */
  async besideDisks(): Promise<BesideDisks | undefined> {
    return await this.#rest?.besideDisks();
  }

  async copyDisks(): Promise<DisksCopy | undefined> {
    const { backend, signal } = this.#options;
    return await backend.copyDisks?.(this.#sandbox, { signal });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const terminal of this.#terminals.values()) terminal[Symbol.dispose]();
    this.#clients[Symbol.dispose]();
    await this.#options.backend.destroy(this.#sandbox.id);
  }

  /** Rejects with NotAsBefore when a container does not come as far as it was. */
  async #runAgain(from: SavePoint): Promise<void> {
    const { backend, signal, patience = PATIENCE_MS } = this.#options;
    for (const [machine, containers] of from.beside.running) {
      if (containers.length === 0) continue;
      const where = { engine: this.#clients.engine(machine), backend, sandbox: this.#sandbox, machine, signal };
      if (!(await runAgain(containers, where, patience))) throw new NotAsBefore();
    }
  }

  /** Rejects with NeedsHistory instead of believing what came out without it. */
  async #knowing<T>(look: () => Promise<T>): Promise<T> {
    const [outcome] = await Promise.allSettled([look()]);
    if (this.#history?.wasAsked === true) throw new NeedsHistory();
    if (outcome.status === 'rejected') throw outcome.reason;
    return outcome.value;
  }

  #task(id: string): LabTask {
    const task = this.#options.lesson.lab.tasks[id];
    if (!task) throw new Error(`${this.#options.lesson.id} has no task "${id}"`);
    return task;
  }
}
