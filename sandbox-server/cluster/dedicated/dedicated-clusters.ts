import type { Clock } from '../../clock.ts';
import { toDrydockError } from '../../errors.ts';
import type { Log } from '../../log.ts';
import type { ClusterEndpoint, Clusters } from '../cluster.ts';
import type { ClusterSource, ClusterWish, Waiting } from '../cluster-source.ts';
import { ClusterSessions } from '../sessions/cluster-sessions.ts';
import { NodePower } from './node-power.ts';
import { freshNodes } from './fresh-nodes.ts';

export interface DedicatedClustersOptions {
  clusters: Clusters;
  clock: Clock;
  log: Log;
  /** Opens the ways between a cluster and this sandbox. */
  join: (endpoint: ClusterEndpoint, sandbox: string) => Promise<void>;
  /** Which of the clusters that are there are not among these. */
  isOther: (id: string) => boolean;
  /**
   * A cluster whose sandbox is gone is put in order and given to the next one, which saves a minute each: for sandboxes that all do
   * what the same lesson says, never for learners. Default false.
   */
  reuse?: boolean;
  /** So many clusters at a time; whoever wants one more waits. Default as many as are asked for. */
  atMost?: number;
}

interface Held {
  /** The cluster's id: that of the sandbox it was made for. */
  cluster: string;
  nodes: number;
  sessions: ClusterSessions;
  power: NodePower;
}

/** Whole clusters, one for each sandbox that wants one. The pool of sandboxes makes them ahead with everything else. */
export class DedicatedClusters implements ClusterSource {
  readonly #options: DedicatedClustersOptions;
  /** By sandbox. */
  readonly #held = new Map<string, Held>();
  /** In order again, and nobody's. */
  readonly #idle = new Set<{ cluster: string; nodes: number }>();
  readonly #abort = new AbortController();
  /** Sandboxes that have one, or are getting it; and those that wait, the first in front. */
  readonly #places = new Set<string>();
  readonly #waiting: (() => void)[] = [];

  constructor(options: DedicatedClustersOptions) {
    this.#options = options;
  }

  /** Takes up those from before that answer; the others wait until their session recovers. */
  async takeUp(): Promise<void> {
    const { clusters, log } = this.#options;
    for (const { id, nodes } of await clusters.list()) {
      if (this.#options.isOther(id)) continue;
      try {
        if ((await clusters.stat(id)).answers) await this.#use(id, { cluster: id, nodes });
      } catch (error) {
        log.warn({ cluster: id, err: error }, 'a cluster could not be taken up');
      }
    }
  }

  async obtain({ id, nodes = 1 }: ClusterWish, { signal, onStep }: Waiting = {}): Promise<ClusterSessions> {
    const { clusters, clock, log } = this.#options;
    await this.#place(id, signal);
    const begun = clock.now();
    const signals = [this.#abort.signal, ...(signal === undefined ? [] : [signal])];
    try {
      const idle = await this.#useIdle(id, nodes);
      if (idle !== undefined) return idle;
      await clusters.create(
        { id, nodes, quickToNotice: true },
        // A learner who waits for it reads first, and then makes pods; what these need is there by then.
        { signal: AbortSignal.any(signals), early: true, onStep: (step) => onStep?.(`Kubernetes: ${step}`) },
      );
      const sessions = await this.#use(id, { cluster: id, nodes });
      log.info({ ms: clock.now() - begun, nodes }, 'a cluster is ready');
      return sessions;
    } catch (error) {
      await this.close(id);
      signal?.throwIfAborted();
      throw toDrydockError(error, 'cluster-failed');
    }
  }

  /** One that somebody had before. Undefined when there is none, or it does not work any more: then it is removed. */
  async #useIdle(id: string, nodes: number): Promise<ClusterSessions | undefined> {
    const { clusters, log } = this.#options;
    const idle = [...this.#idle].find((one) => one.nodes === nodes);
    if (idle === undefined) return undefined;
    this.#idle.delete(idle);
    try {
      return await this.#use(id, idle);
    } catch (error) {
      log.warn({ cluster: idle.cluster, err: error }, 'a cluster that was put in order does not work');
      await clusters.destroy(idle.cluster);
      return undefined;
    }
  }

  async revive(id: string, { signal, onStep }: Waiting = {}): Promise<ClusterSessions> {
    const { clusters } = this.#options;
    const { cluster, nodes } = this.#held.get(id) ?? { cluster: id, nodes: 0 };
    onStep?.('Kubernetes: Starting the cluster again');
    await clusters.revive(cluster, { ...(signal && { signal }) });
    this.#letGo(id);
    return await this.#use(id, { cluster, nodes });
  }

  now(id: string): ClusterSessions | undefined {
    return this.#held.get(id)?.sessions;
  }

  /** With those that a killed server was making: its kind may have gone on for a while. */
  async list(): Promise<string[]> {
    const { clusters, isOther } = this.#options;
    const [whole, unfinished] = await Promise.all([clusters.list(), clusters.unfinished()]);
    const theirs = [...new Set([...whole.map(({ id }) => id), ...unfinished])].filter((id) => !isOther(id));
    const lent = new Set([...this.#held.values(), ...this.#idle].map(({ cluster }) => cluster));
    return [...this.#held.keys(), ...theirs.filter((id) => !lent.has(id))];
  }

  async working(ids: readonly string[]): Promise<Set<string>> {
    const working = new Set<string>();
    await Promise.all(
      ids.map(async (id) => {
        const held = this.#held.get(id);
        if (held !== undefined && (await this.#options.clusters.stat(held.cluster)).answers) working.add(id);
      }),
    );
    return working;
  }

  async close(id: string): Promise<void> {
    try {
      await this.#close(id);
    } finally {
      this.#leavePlace(id);
    }
  }

  async #close(id: string): Promise<void> {
    const { clusters, log, reuse } = this.#options;
    const held = this.#held.get(id);
    this.#letGo(id);
    if (held !== undefined && reuse === true && !this.#abort.signal.aborted) {
      try {
        await this.#putInOrder(id, held);
        this.#idle.add({ cluster: held.cluster, nodes: held.nodes });
        return;
      } catch (error) {
        log.warn(
          { cluster: held.cluster, err: error },
          'a cluster could not be put in order; the next one is made anew',
        );
      }
    }
    await clusters.destroy(held?.cluster ?? id);
  }

  /** What is asked next sees it by itself. */
  look(): void {
    return;
  }

  /** Ends what is under way. The clusters stay, for the next server. */
  release(): void {
    this.#abort.abort(new Error('the server ends'));
    for (const id of this.#held.keys()) this.#letGo(id);
  }

  async #use(id: string, { cluster, nodes }: Pick<Held, 'cluster' | 'nodes'>): Promise<ClusterSessions> {
    const { clusters, clock, log, join } = this.#options;
    const sessions = new ClusterSessions(await clusters.access(cluster), { wholeCluster: true });
    try {
      await Promise.all([sessions.prepare(), clusters.endpoint(cluster).then((endpoint) => join(endpoint, id))]);
    } catch (error) {
      sessions[Symbol.dispose]();
      throw error;
    }
    const power = new NodePower({ cluster, clusters, api: sessions.api, clock, log });
    this.#held.set(id, { cluster, nodes, sessions, power });
    return sessions;
  }

  async #place(id: string, signal: AbortSignal | undefined): Promise<void> {
    const { atMost = Infinity } = this.#options;
    while (this.#places.size >= atMost && !this.#places.has(id)) {
      signal?.throwIfAborted();
      await new Promise<void>((resolve) => {
        this.#waiting.push(resolve);
        const giveUp = () => {
          const at = this.#waiting.indexOf(resolve);
          if (at >= 0) this.#waiting.splice(at, 1);
          resolve();
        };
        signal?.addEventListener('abort', giveUp, { once: true });
      });
    }
    this.#places.add(id);
  }

  #leavePlace(id: string): void {
    if (this.#places.delete(id)) this.#waiting.shift()?.();
  }

  #letGo(id: string): void {
    const held = this.#held.get(id);
    this.#held.delete(id);
    held?.power[Symbol.dispose]();
    held?.sessions[Symbol.dispose]();
  }

  async #putInOrder(id: string, { cluster }: Held): Promise<void> {
    const { clusters } = this.#options;
    await clusters.revive(cluster, { signal: this.#abort.signal });
    const sessions = new ClusterSessions(await clusters.access(cluster), { wholeCluster: true });
    try {
      await sessions.close(id);
      await freshNodes(sessions.api);
      await sessions.gone(id);
    } finally {
      sessions[Symbol.dispose]();
    }
    // What was drained has come back elsewhere.
    await clusters.revive(cluster, { signal: this.#abort.signal });
  }
}
