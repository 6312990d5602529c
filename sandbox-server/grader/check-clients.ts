import type { Backend, SandboxRef } from '../backend/backend.ts';
import { execToEnd } from '../backend/exec-to-end.ts';
import type { CheckContext } from '../lab/check-context.ts';
import { checkContext } from './check-context.ts';
import { EngineApi } from './engine-api.ts';
import type { KubernetesReader } from './kubernetes-reader.ts';
import type { Probes, RunCommand } from './probes.ts';

/** What checks see a sandbox through. One for the life of a sandbox: its connections are shared by all checks. */
export class CheckClients implements Probes, Disposable {
  readonly #backend: Backend;
  readonly #sandbox: SandboxRef;
  readonly cluster?: KubernetesReader;
  readonly #engines = new Map<string, EngineApi>();

  /** `cluster`: the session's part of one, where the lab has it; it is not ended with the rest. */
  constructor(options: { backend: Backend; sandbox: SandboxRef; cluster?: KubernetesReader }) {
    this.#backend = options.backend;
    this.#sandbox = options.sandbox;
    if (options.cluster) this.cluster = options.cluster;
  }

  get machines(): readonly string[] {
    return this.#sandbox.machines;
  }

  /** The engine of a machine; default the first machine. */
  engine(machine = this.machines[0] ?? 'host'): EngineApi {
    let engine = this.#engines.get(machine);
    if (!engine) {
      engine = new EngineApi(this.#backend, this.#sandbox, machine);
      this.#engines.set(machine, engine);
    }
    return engine;
  }

  run(machine: string): RunCommand {
    return (command, options) => execToEnd(this.#backend, this.#sandbox, machine, command, options);
  }

  /** For one run of one check. */
  context(options: { signal: AbortSignal; answer?: string }): CheckContext {
    return checkContext(this, options);
  }

  /** Ends all connections; safe to call twice. */
  [Symbol.dispose](): void {
    for (const engine of this.#engines.values()) engine[Symbol.dispose]();
    this.#engines.clear();
  }
}
