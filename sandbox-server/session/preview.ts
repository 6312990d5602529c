import { randomBytes } from 'node:crypto';
import type { Agent } from 'node:http';
import type { Backend, SandboxRef } from '../backend/backend.ts';
import { ExecAgent } from '../backend/exec-agent.ts';

/** A browser opens six connections to a site; each is a process in the sandbox. */
const MAX_CONNECTIONS = 6;

/** Web servers inside one sandbox, as seen from its first machine. */
export class Preview implements Disposable {
  /**
   * Part of the preview's address. A previewed page has no cookies of ours (its origin is opaque), so knowing this is what lets
   * its own requests in; it opens nothing but this sandbox's ports.
   */
  readonly token = randomBytes(16).toString('hex');
  readonly #dial: (port: number) => ReturnType<Backend['exec']>;
  readonly #agents = new Map<number, ExecAgent>();

  constructor(backend: Backend, sandbox: SandboxRef) {
    const machine = sandbox.machines[0] ?? 'host';
    this.#dial = (port) => backend.exec(sandbox, machine, ['/usr/bin/nc', '-N', '127.0.0.1', String(port)]);
  }

  agent(port: number): Agent {
    let agent = this.#agents.get(port);
    if (agent === undefined) {
      agent = new ExecAgent(() => this.#dial(port), { keepAlive: false, maxSockets: MAX_CONNECTIONS });
      this.#agents.set(port, agent);
    }
    return agent;
  }

  [Symbol.dispose](): void {
    for (const agent of this.#agents.values()) agent.destroy();
    this.#agents.clear();
  }
}
