import type { Clock } from '../clock.ts';
import type { LiveView } from '../protocol/live.ts';
import type { EngineApi } from './engine-api.ts';
import type { ClusterObjects } from './kubernetes/cluster-objects.ts';
import { liveCluster } from './kubernetes/live-cluster.ts';
import { buildLiveView, type ImageCache } from './live-snapshot.ts';

export interface LiveViewSourceOptions {
  engine: EngineApi;
  /** The lab's cluster, if it has one; undefined while it is not known. */
  cluster?: () => ClusterObjects | undefined;
  clock: Clock;
  onLive: (live: LiveView) => void;
  onError: (error: unknown) => void;
}

/** Between two snapshots: about three a second are seen as one movement. */
const MIN_GAP_MS = 330;
/** Events come in groups (create, attach, start): the snapshot shows what the group led to. */
const SETTLE_MS = 30;
/** A snapshot that takes longer will not come. */
const TIMEOUT_MS = 10_000;

/**
 * Keeps a live view current: `touch()` whenever engine or cluster changed; snapshots are coalesced and sent only when
 * different. The cluster is known from its watches; the engine is asked, and not for a change of the cluster.
 */
export class LiveViewSource implements Disposable {
  readonly #options: LiveViewSourceOptions;
  readonly #cache: ImageCache = new Map();
  #on = false;
  #current: LiveView | undefined;
  /** Of the engine, until something happens in it. */
  #engine: LiveView | undefined;
  #sent = '';
  #timer: Disposable | undefined;
  #building: AbortController | undefined;
  /** Something happened since the snapshot that is being made began. */
  #again = false;
  #lastAt = -Infinity;

  constructor(options: LiveViewSourceOptions) {
    this.#options = options;
  }

  /** The last snapshot, if any. */
  get current(): LiveView | undefined {
    return this.#current;
  }

  /** On: sends a snapshot now and whenever something changes. */
  setOn(on: boolean): void {
    if (on === this.#on) return;
    this.#on = on;
    if (on) this.touch();
    else this.#stop();
  }

  touch(what: 'engine' | 'cluster' = 'engine'): void {
    if (what === 'engine') this.#engine = undefined;
    if (!this.#on) return;
    if (this.#building) {
      this.#again = true;
      return;
    }
    if (this.#timer) return;
    const wait = Math.max(SETTLE_MS, this.#lastAt + MIN_GAP_MS - this.#options.clock.now());
    this.#timer = this.#options.clock.after(wait, () => void this.#build());
  }

  [Symbol.dispose](): void {
    this.#on = false;
    this.#stop();
  }

  #stop(): void {
    this.#timer?.[Symbol.dispose]();
    this.#timer = undefined;
    this.#building?.abort();
    // Whoever switches it on again gets a snapshot even when nothing changed.
    this.#sent = '';
  }

  async #build(): Promise<void> {
    const { engine, cluster, clock, onLive, onError } = this.#options;
    this.#timer = undefined;
    this.#again = false;
    this.#lastAt = clock.now();
    const building = (this.#building = new AbortController());
    const timeout = clock.after(TIMEOUT_MS, () => building.abort(new Error('the live view took too long')));
    try {
      const machine = this.#engine ?? (await buildLiveView(engine, building.signal, this.#cache));
      if (!this.#again) this.#engine = machine;
      const objects = cluster?.();
      // It is touched again once it is known.
      if (cluster && !objects) return;
      const live = objects ? { ...machine, cluster: liveCluster(objects) } : machine;
      const text = comparable(live);
      if (this.#on && text !== this.#sent) {
        this.#sent = text;
        this.#current = live;
        onLive(live);
      }
    } catch (error) {
      if (this.#on) onError(error);
    } finally {
      timeout[Symbol.dispose]();
      this.#building = undefined;
      if (this.#again) this.touch('cluster');
    }
  }
}

/** Without what changes by itself: `Up 4 seconds`. */
function comparable(live: LiveView): string {
  return JSON.stringify({ ...live, containers: live.containers.map((container) => ({ ...container, status: '' })) });
}
