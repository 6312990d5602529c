import type { Backend, SandboxRef } from '../backend/backend.ts';
import type { CheckContext } from '../lab/check-context.ts';
import { expect } from '../lab/expect.ts';
import { NotYet } from '../lab/not-yet.ts';
import { dockerChecks } from './docker-checks.ts';
import { EngineApi } from './engine-api.ts';
import { execCheck } from './exec-check.ts';
import { fileChecks } from './file-checks.ts';
import { httpCheck } from './http-check.ts';
import { registryChecks } from './registry-checks.ts';

/** What checks see a sandbox through. One for the life of a sandbox: its connections are shared by all checks. */
export class CheckClients implements Disposable {
  readonly #backend: Backend;
  readonly #sandbox: SandboxRef;
  readonly #engines = new Map<string, EngineApi>();

  constructor(options: { backend: Backend; sandbox: SandboxRef }) {
    this.#backend = options.backend;
    this.#sandbox = options.sandbox;
  }

  /** The engine of a machine; default the first machine. */
  engine(machine = this.#firstMachine()): EngineApi {
    if (!this.#sandbox.machines.includes(machine)) {
      throw new Error(`this lab has no machine "${machine}"; it has ${this.#sandbox.machines.join(', ')}`);
    }
    let engine = this.#engines.get(machine);
    if (!engine) {
      engine = new EngineApi(this.#backend, this.#sandbox, machine);
      this.#engines.set(machine, engine);
    }
    return engine;
  }

  /** For one run of one check. */
  context(options: { signal: AbortSignal; answer?: string }): CheckContext {
    const { signal, answer } = options;
    const of = (machine: string) => ({
      docker: dockerChecks(this.engine(machine), signal),
      http: httpCheck(this.#backend, this.#sandbox, machine, signal),
      files: fileChecks(this.#backend, this.#sandbox, machine, signal),
      exec: execCheck(this.#backend, this.#sandbox, machine, signal),
    });
    return {
      ...of(this.#firstMachine()),
      registry: registryChecks(this.#backend, this.#sandbox, signal),
      machine: of,
      expect,
      notYet: (message, details) => {
        throw new NotYet(message, details);
      },
      answer: answer?.trim(),
      signal,
    };
  }

  /** Ends all connections; safe to call twice. */
  [Symbol.dispose](): void {
    for (const engine of this.#engines.values()) engine[Symbol.dispose]();
    this.#engines.clear();
  }

  #firstMachine(): string {
    const [first] = this.#sandbox.machines;
    if (first === undefined) throw new Error('a sandbox has at least one machine');
    return first;
  }
}
