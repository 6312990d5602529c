import type { Clock } from '../../clock.ts';
import { DrydockError, toDrydockError } from '../../errors.ts';
import type { Log } from '../../log.ts';
import type { ClusterEndpoint, Clusters } from '../cluster.ts';
import type { ClusterSource, ClusterWish, Waiting } from '../cluster-source.ts';
import { ClusterSessions } from '../sessions/cluster-sessions.ts';

/** How often its health is looked at. */
const LOOK_EVERY_MS = 10_000;
/** On a busy host an API server answers late now and then. Taken for gone, it would take with it whatever is being asked of it. */
const LATE_LOOKS = 3;
export const SHARED_CLUSTER = 'shared';
const ID = SHARED_CLUSTER;
/** All that a course's shared lessons need; nodes to lose are a dedicated cluster's. */
const NODES = 1;

export interface SharedClusterOptions {
  clusters: Clusters;
  clock: Clock;
  log: Log;
  /** Opens the ways to and from a cluster, before anybody works in it, and again after it was started again. */
  join: (endpoint: ClusterEndpoint) => Promise<void>;
}

/** The one cluster that sessions share: taken up from the server before or made, and kept running. */
export class SharedCluster implements ClusterSource {
  readonly #options: SharedClusterOptions;
  readonly #abort = new AbortController();
  readonly #listeners = new Set<(step: string) => void>();
  #step: string | undefined;
  #running: ClusterSessions | undefined;
  #bringingUp: Promise<ClusterSessions> | undefined;
  #looking: Promise<unknown> = Promise.resolve();
  #timer: Disposable | undefined;
  /** Looks in a row that found all nodes running, and no answer. */
  #late = 0;
  #problem: DrydockError | undefined;

  constructor(options: SharedClusterOptions) {
    this.#options = options;
  }

  /** Takes up the one from before, when there is one that runs. */
  async takeUp(): Promise<void> {
    const { clusters, log } = this.#options;
    try {
      if ((await clusters.stat(ID)).state === 'running') await this.#begin();
    } catch (error) {
      log.warn({ err: error }, 'the shared cluster could not be taken up; it is tried again when it is wanted');
    }
    this.#lookLater();
  }

  /** It will be wanted: makes it in the background. */
  expect(): void {
    this.running().catch((error: unknown) => {
      if (!this.#abort.signal.aborted) this.#options.log.error({ err: error }, 'no shared cluster');
    });
  }

  /** The sessions in it, when it runs just now. */
  now(): ClusterSessions | undefined {
    return this.#running;
  }

  async obtain(_sandbox: ClusterWish, waiting: Waiting = {}): Promise<ClusterSessions> {
    return await this.running(waiting);
  }

  async revive(id: string, waiting: Waiting = {}): Promise<ClusterSessions> {
    const sessions = await this.running(waiting);
    if (!(await sessions.list()).includes(id)) throw new DrydockError('cluster-lost');
    return sessions;
  }

  async list(): Promise<string[]> {
    try {
      return (await this.#running?.list()) ?? [];
    } catch (error) {
      this.#options.log.warn({ err: error }, 'the shared cluster does not answer');
      this.look();
      return [];
    }
  }

  async working(ids: readonly string[]): Promise<Set<string>> {
    const there = new Set(await this.list());
    return new Set(ids.filter((id) => there.has(id)));
  }

  async close(id: string): Promise<void> {
    await this.#running?.close(id);
  }

  /** Why the last one could not be made, until there is one. */
  get problem(): DrydockError | undefined {
    return this.#problem;
  }

  /** The same, as soon as it runs. Made or started again when it doesn't; rejects when that fails. */
  async running({ signal, onStep }: Waiting = {}): Promise<ClusterSessions> {
    signal?.throwIfAborted();
    if (this.#running !== undefined) return this.#running;
    this.#bringingUp ??= this.#bringUp().finally(() => (this.#bringingUp = undefined));
    const { promise: aborted, reject } = Promise.withResolvers<never>();
    const onAbort = () => reject(signal?.reason);
    signal?.addEventListener('abort', onAbort);
    if (onStep !== undefined) {
      this.#listeners.add(onStep);
      if (this.#step !== undefined) onStep(this.#step);
    }
    try {
      return await Promise.race([this.#bringingUp, aborted]);
    } finally {
      signal?.removeEventListener('abort', onAbort);
      if (onStep !== undefined) this.#listeners.delete(onStep);
    }
  }

  look(): void {
    void this.#lookNow();
  }

  /** Looks whether it is as it should be, and mends it. */
  #lookNow(): Promise<void> {
    const looked = this.#looking.then(() => this.#look());
    this.#looking = looked;
    return looked;
  }

  /** Ends what is under way. The cluster stays, for the next server. */
  async release(): Promise<void> {
    this.#abort.abort(new Error('the server ends'));
    this.#timer?.[Symbol.dispose]();
    await this.#bringingUp?.catch(() => undefined);
    await this.#looking;
    this.#forget();
  }

  /** Removes it with all that is in it. */
  async remove(): Promise<void> {
    await this.release();
    await this.#options.clusters.destroy(ID);
  }

  async #look(): Promise<void> {
    if (this.#running === undefined || this.#abort.signal.aborted) return;
    const { clusters, log } = this.#options;
    try {
      const { state, down } = await clusters.stat(ID);
      this.#late = state === 'degraded' && down.length === 0 ? this.#late + 1 : 0;
      if (state === 'running' || (this.#late > 0 && this.#late < LATE_LOOKS)) return;
      log.warn({ state, down }, 'the shared cluster does not run; it is brought up again');
      this.#forget();
      this.expect();
    } catch (error) {
      // An engine that restarts: the next look sees what became of it.
      log.info({ err: error }, 'the shared cluster could not be looked at');
    }
  }

  #lookLater(): void {
    if (this.#abort.signal.aborted) return;
    this.#timer = this.#options.clock.after(LOOK_EVERY_MS, () => void this.#lookNow().finally(() => this.#lookLater()));
  }

  async #bringUp(): Promise<ClusterSessions> {
    const { clusters, clock, log } = this.#options;
    const { signal } = this.#abort;
    const begun = clock.now();
    try {
      const { state } = await clusters.stat(ID);
      if (state === 'degraded') await this.#revive();
      else if (state === 'gone') await clusters.create({ id: ID, nodes: NODES }, { signal, onStep: this.#onStep });
      signal.throwIfAborted();
      const running = await this.#begin();
      log.info({ ms: clock.now() - begun }, 'the shared cluster is ready');
      return running;
    } catch (error) {
      const problem = toDrydockError(error, 'cluster-failed');
      if (!signal.aborted) this.#problem = problem;
      throw problem;
    } finally {
      this.#step = undefined;
    }
  }

  /** One that cannot be had back makes way for a fresh one. */
  async #revive(): Promise<void> {
    const { clusters, log } = this.#options;
    const { signal } = this.#abort;
    this.#onStep('Starting the cluster again');
    try {
      await clusters.revive(ID, { signal });
    } catch (error) {
      signal.throwIfAborted();
      if (toDrydockError(error).code === 'engine-gone') throw error;
      log.warn({ err: error }, 'the shared cluster could not be started again; a new one is made');
      await clusters.destroy(ID);
      await clusters.create({ id: ID, nodes: NODES }, { signal, onStep: this.#onStep });
    }
  }

  async #begin(): Promise<ClusterSessions> {
    const { clusters, join } = this.#options;
    this.#onStep('Opening the way to the cluster');
    const sessions = new ClusterSessions(await clusters.access(ID));
    try {
      await Promise.all([sessions.prepare(), clusters.endpoint(ID).then(join)]);
    } catch (error) {
      sessions[Symbol.dispose]();
      throw error;
    }
    this.#problem = undefined;
    this.#running = sessions;
    return sessions;
  }

  #forget(): void {
    this.#late = 0;
    this.#running?.[Symbol.dispose]();
    this.#running = undefined;
  }

  readonly #onStep = (step: string) => {
    this.#step = `Kubernetes: ${step}`;
    for (const listener of this.#listeners) listener(this.#step);
  };
}
