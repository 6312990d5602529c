import type { Clock } from '../../clock.ts';
import { type ApiServer, KindWatch } from '../../grader/kubernetes/kind-watch.ts';
import { type Node, node } from '../../grader/kubernetes/schemas.ts';
import type { Log } from '../../log.ts';
import type { Clusters } from '../cluster.ts';
import { POWER_ANNOTATION } from '../sessions/operator-policies.ts';

/** Nodes belong to no namespace. */
const OF_ALL = '';

export interface NodePowerOptions {
  cluster: string;
  clusters: Pick<Clusters, 'setPower'>;
  api: ApiServer;
  clock: Clock;
  log: Log;
}

/** Does what the annotations of a cluster's nodes say: the API server is the learner's only way to the platform. */
export class NodePower implements Disposable {
  readonly #options: NodePowerOptions;
  readonly #abort = new AbortController();
  /** What was done last with each node. */
  readonly #power = new Map<string, 'on' | 'off'>();
  #doing: Promise<void> = Promise.resolve();

  constructor(options: NodePowerOptions) {
    this.#options = options;
    const { api, clock, log } = options;
    const watch = new KindWatch<Node>({
      ...{ source: () => api, clock, path: '/api/v1/nodes', schema: node },
      isOurs: (namespace) => namespace === OF_ALL,
      onChange: () => watch.of(OF_ALL)?.forEach((one) => this.#follow(one)),
      onLost: (error) => log.debug({ cluster: options.cluster, err: error }, 'the watch of its nodes broke'),
    });
    void watch.follow(this.#abort.signal);
  }

  [Symbol.dispose](): void {
    this.#abort.abort();
  }

  #follow({ metadata: { name, annotations } }: Node): void {
    const { cluster, clusters, log } = this.#options;
    const wanted = annotations[POWER_ANNOTATION] === 'off' ? 'off' : 'on';
    if ((this.#power.get(name) ?? 'on') === wanted) return;
    this.#power.set(name, wanted);
    // One after the other, in the order in which they were wished for.
    this.#doing = this.#doing
      .then(() => clusters.setPower(cluster, name, wanted))
      .catch((error: unknown) => log.warn({ cluster, node: name, wanted, err: error }, 'its power could not be set'));
  }
}
