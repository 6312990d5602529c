import type { EngineReader } from '../grader/engine-reader.ts';
import type { Probes, RunCommand } from '../grader/probes.ts';

/** Asked of a sandbox that began with a copy of another's disks: its engines do not remember what happened before. */
export class NeedsHistory extends Error {
  override readonly name = 'NeedsHistory';

  constructor() {
    super('this is about events, which a sandbox that began as a copy does not know');
  }
}

/** `docker events`, `docker compose events`: whoever says this may ask for what happened. */
const EVENTS = /\bevents\b/;

export function asksForHistory(code: string): boolean {
  return EVENTS.test(code);
}

/** What checks see of such a sandbox. */
export class WithoutHistory implements Probes {
  readonly #inner: Probes;
  /** A check has asked for it; what it said afterwards says nothing. */
  wasAsked = false;

  constructor(inner: Probes) {
    this.#inner = inner;
  }

  get machines(): readonly string[] {
    return this.#inner.machines;
  }

  engine(machine: string): EngineReader {
    const engine = this.#inner.engine(machine);
    return {
      bytes: async (path, options) => {
        if (path === '/events') this.#refuse();
        return await engine.bytes(path, options);
      },
    };
  }

  run(machine: string): RunCommand {
    const run = this.#inner.run(machine);
    return async (command, options) => {
      if (asksForHistory(command.join(' '))) this.#refuse();
      return await run(command, options);
    };
  }

  #refuse(): never {
    this.wasAsked = true;
    throw new NeedsHistory();
  }
}
