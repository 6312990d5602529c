/** Longer than anything that the simulation does by itself goes on without a change. */
const RESTS_AFTER_MS = 8_000;

export interface Pausable {
  pause(): void;
  resume(): void;
  isPaused(): boolean;
}

/** Lets the simulation stand still while nobody sees it, and when nothing has changed for a while: it then costs nothing. */
export class Rest {
  readonly #cluster: Pausable;
  #visible = true;
  #awake = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #closed = false;

  constructor(cluster: Pausable) {
    this.#cluster = cluster;
  }

  /** Something was done, or has changed. */
  wake(): void {
    if (this.#closed || !this.#visible) return;
    if (this.#cluster.isPaused()) this.#cluster.resume();
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#rest(), RESTS_AFTER_MS);
  }

  /** Something is being waited for, without a change in between. Returns what ends it. */
  keepAwake(): () => void {
    this.#awake++;
    this.wake();
    return () => {
      this.#awake--;
      this.wake();
    };
  }

  setVisible(visible: boolean): void {
    this.#visible = visible;
    if (visible) this.wake();
    else this.#pause();
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
  }

  #rest(): void {
    if (this.#awake === 0) this.#pause();
  }

  #pause(): void {
    clearTimeout(this.#timer);
    if (!this.#closed && !this.#cluster.isPaused()) this.#cluster.pause();
  }
}
