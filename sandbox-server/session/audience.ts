import type { SessionServerMessage } from '../protocol/events.ts';
import type { LiveView } from '../protocol/live.ts';

type Listener = (message: SessionServerMessage) => void;

export interface AudienceOptions {
  now: () => number;
  /** What a newcomer hears first. */
  hello: () => SessionServerMessage;
  /** Somebody looks, or nobody does any more. */
  onWatched: (watched: boolean) => void;
  /** Somebody wants the live view, or nobody does any more. Gives the picture of now, if there is one. */
  onLive: (on: boolean) => LiveView | undefined;
}

/** The pages that look at one session. */
export class Audience {
  readonly #options: AudienceOptions;
  readonly #listeners = new Set<Listener>();
  #liveViewers = 0;
  #leftAt: number;

  constructor(options: AudienceOptions) {
    this.#options = options;
    this.#leftAt = options.now();
  }

  get isThere(): boolean {
    return this.#listeners.size > 0;
  }

  /** Since when nobody looks; undefined while somebody does. */
  get absentSince(): number | undefined {
    return this.isThere ? undefined : this.#leftAt;
  }

  get wantsLive(): boolean {
    return this.#liveViewers > 0;
  }

  /** Somebody looks. `setLive`: asks for the live view too. */
  subscribe(listener: Listener): { setLive: (on: boolean) => void } & Disposable {
    const { now, hello, onWatched, onLive } = this.#options;
    this.#listeners.add(listener);
    listener(hello());
    onWatched(true);
    let live = false;
    return {
      setLive: (on) => {
        if (live === on) return;
        live = on;
        this.#liveViewers += on ? 1 : -1;
        const current = onLive(this.wantsLive);
        if (on && current) listener({ type: 'live', live: current });
      },
      [Symbol.dispose]: () => {
        if (!this.#listeners.delete(listener)) return;
        if (live) {
          this.#liveViewers--;
          onLive(this.wantsLive);
        }
        live = false;
        if (this.isThere) return;
        this.#leftAt = now();
        onWatched(false);
      },
    };
  }

  tell(message: SessionServerMessage): void {
    for (const listener of this.#listeners) listener(message);
  }

  leave(): void {
    this.#listeners.clear();
    this.#liveViewers = 0;
  }
}
