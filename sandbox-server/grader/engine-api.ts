import type { Backend, SandboxRef } from '../backend/backend.ts';

/** The API of the Docker Engine inside a machine, reached through an exec in the engine's container. */
export class EngineApi implements Disposable {
  readonly machine: string;

  constructor(backend: Backend, sandbox: SandboxRef, machine: string) {
    void backend;
    void sandbox;
    this.machine = machine;
  }

  /** Ends all connections; safe to call twice. */
  [Symbol.dispose](): void {}
}
