import type { Backend, SandboxRef } from '../backend/backend.ts';
import type { CheckContext } from '../lab/check-context.ts';
import type { EngineApi } from './engine-api.ts';

/** What checks see a sandbox through. One for the life of a sandbox: its connections are shared by all checks. */
export class CheckClients implements Disposable {
  constructor(options: { backend: Backend; sandbox: SandboxRef }) {
    void options;
  }

  /** The engine of a machine; default the first machine. */
  engine(machine?: string): EngineApi {
    throw new Error(`not written yet: ${machine}`);
  }

  /** For one run of one check. */
  context(options: { signal: AbortSignal; answer?: string }): CheckContext {
    throw new Error(`not written yet: ${options.answer}`);
  }

  /** Ends all connections; safe to call twice. */
  [Symbol.dispose](): void {}
}

/** A context with clients of its own; whoever makes many for one sandbox keeps a CheckClients instead. */
export function createCheckContext(options: {
  backend: Backend;
  sandbox: SandboxRef;
  signal: AbortSignal;
  answer?: string;
}): CheckContext & Disposable {
  throw new Error(`not written yet: ${options.answer}`);
}
