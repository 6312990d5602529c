import type Docker from 'dockerode';

/** A container that runs for as long as the server: started when it is first wanted, and again when it has stopped. */
export class KeptContainer {
  readonly #ensure: () => Promise<Docker.Container>;
  #starting: Promise<Docker.Container> | undefined;

  /** `ensure` makes or starts it; it may be called again at any time, but not while an earlier call is under way. */
  constructor(ensure: () => Promise<Docker.Container>) {
    this.#ensure = ensure;
  }

  /** It runs when this resolves. A start that failed is made again for whoever asks next. */
  async running(): Promise<Docker.Container> {
    const starting = this.#start();
    const container = await starting;
    const info = await container.inspect().catch(() => undefined);
    if (info?.State.Running === true) return container;
    if (this.#starting === starting) this.#starting = undefined;
    return this.#start();
  }

  /** It was removed. */
  forget(): void {
    this.#starting = undefined;
  }

  #start(): Promise<Docker.Container> {
    if (this.#starting !== undefined) return this.#starting;
    const starting = this.#ensure();
    this.#starting = starting;
    starting.catch(() => {
      if (this.#starting === starting) this.#starting = undefined;
    });
    return starting;
  }
}
