import { Cluster, newLatencyProvider, type Change, type ClusterEvent, type ObjectMeta } from '@ngrok/webernetes';
import type { Pod, ReplicaSet } from '@ngrok/webernetes';
import { Store } from '../../workspace/store.ts';
import { shortName, versionOf, type FigureState } from './figure-state.ts';
import { loseNode } from './lose-node.ts';
import { NewsList } from './news-list.ts';
import { Rest } from './rest.ts';
import { liveDeployment, livePod } from './snapshot.ts';
import { evictedWords, noticedWords, tell } from './story.ts';
import { deployment, image, NAMESPACE } from './workload.ts';

/** A container takes so long to stop that it is seen. */
const STOPPING_MS = 1_500;
/** Changes come in bursts; the picture follows a burst once. */
const DRAW_AFTER_MS = 40;

export interface SimulationOptions {
  nodes: number;
  replicas: number;
}

/** A small cluster in the page: a Deployment, the real controllers’ logic, and what a reader may do to it. */
export class Simulation {
  readonly state: Store<FigureState>;
  readonly #cluster: Cluster;
  readonly #rest: Rest;
  readonly #pods = new Map<string, Pod>();
  readonly #sets = new Map<string, ReplicaSet>();
  readonly #news = new NewsList();
  /** By the simulation's name of a node, the figure's. Without the one that the control plane runs on. */
  readonly #nodeNames: ReadonlyMap<string, string>;
  /** Nodes that are off, and those of them of which the control plane knows. */
  readonly #off = new Set<string>();
  readonly #lost = new Set<string>();
  #replicas: number;
  #version = 1;
  #newestVersion = 1;
  /** What the reader does is done in the order in which it was asked for. */
  #last: Promise<void> = Promise.resolve();
  #drawing: ReturnType<typeof setTimeout> | undefined;
  #closed = false;

  constructor({ nodes, replicas }: SimulationOptions) {
    this.#replicas = replicas;
    const latencyProvider = newLatencyProvider({ containerTerminationLatency: () => STOPPING_MS });
    this.#cluster = new Cluster({ nodes: nodes + 1, latencyProvider });
    this.#rest = new Rest(this.#cluster);
    const workers = this.#cluster.servers.slice(1);
    this.#nodeNames = new Map(workers.map(({ name }, index) => [name, `node-${index + 1}`]));
    this.state = new Store<FigureState>({
      phase: 'starting',
      nodes: this.#liveNodes(),
      pods: [],
      deployment: liveDeployment(replicas, []),
      deed: `You want ${replicas} ${replicas === 1 ? 'pod' : 'pods'}.`,
      news: [],
    });
    this.#do(() => this.#start());
  }

  scale(replicas: number): void {
    this.#replicas = replicas;
    this.#did(`You scaled the Deployment to ${replicas}.`);
    this.#do(() => this.#apply());
  }

  kill(pod: string): void {
    this.#did(`You killed pod ${shortName(pod)}.`);
    this.#do(async () => {
      if (this.#pods.has(pod)) {
        await this.#cluster.api.corev1.deleteNamespacedPod({ name: pod, namespace: NAMESPACE });
      }
    });
  }

  /** The version that the next rollout brings. */
  get nextVersion(): number {
    return this.#newestVersion + 1;
  }

  rollOut({ works }: { works: boolean }): void {
    this.#version = ++this.#newestVersion;
    this.#cluster.registerImage(image(this.#version, works));
    this.#did(`You rolled out version ${this.#version}${works ? '' : ', which is broken'}.`);
    this.#do(() => this.#apply());
  }

  /** To the revision before the newest one, as `kubectl rollout undo` does. */
  rollBack(): void {
    const before = this.state.value.deployment.revisions.at(-2);
    if (before === undefined) return;
    this.#version = Number(versionOf(before.image));
    this.#did(`You rolled back to version ${this.#version}.`);
    this.#do(() => this.#apply());
  }

  loseNode(node: string): void {
    const name = [...this.#nodeNames].find(([, shown]) => shown === node)?.[0];
    if (name === undefined || this.#off.has(node)) return;
    this.#off.add(node);
    this.#did(`You switched ${node} off.`);
    const steps = {
      noticed: () => {
        this.#lost.add(node);
        this.#news.add({ who: 'Node controller', what: noticedWords(node) });
        this.#draw();
      },
      evicts: () => {
        this.#news.add({ who: 'Node controller', what: evictedWords(node) });
        this.#draw();
      },
    };
    const release = this.#rest.keepAwake();
    // Beside the others: it takes long, and the reader may go on.
    void loseNode(this.#cluster, name, steps).then(release, (error: unknown) => this.#failed(error));
  }

  /** Time in the simulation goes on only while somebody sees it. */
  setVisible(visible: boolean): void {
    this.#rest.setVisible(visible);
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    clearTimeout(this.#drawing);
    this.#rest.close();
    await this.#cluster.close();
  }

  async #start(): Promise<void> {
    this.#cluster.registerImage(image(1, true));
    await this.#cluster.init();
    // The control plane's own node is no place for pods: the scheduler takes every node that is listed.
    await this.#cluster.api.corev1.deleteNode({ name: this.#cluster.servers[0]!.name });
    const options = { namespace: NAMESPACE, onError: (error: unknown) => this.#failed(error) };
    this.#cluster.informer('pods', (change, pod) => this.#keep(this.#pods, change, pod), options);
    this.#cluster.informer('replicasets', (change, set) => this.#keep(this.#sets, change, set), options);
    this.#cluster.informer('events', (change, event) => this.#hear(change, event), options);
    await this.#apply();
    this.state.set({ phase: 'running' });
  }

  async #apply(): Promise<void> {
    await this.#cluster.apply([deployment(this.#replicas, this.#version)]);
  }

  #do(action: () => Promise<void>): void {
    this.#rest.wake();
    this.#last = this.#last.then(action).catch((error: unknown) => this.#failed(error));
  }

  #did(deed: string): void {
    this.state.set({ deed });
    this.#draw();
  }

  #keep<T extends { metadata: ObjectMeta }>(objects: Map<string, T>, change: Change, object: T): void {
    if (change === 'delete') objects.delete(object.metadata.name);
    else objects.set(object.metadata.name, object);
    this.#rest.wake();
    this.#draw();
  }

  #hear(change: Change, event: ClusterEvent): void {
    if (change !== 'add') return;
    // A pod that is being stopped fails its probes, too, which is no news.
    const probed = this.#pods.get(event.involvedObject.name ?? '');
    if (event.reason === 'Unhealthy' && probed?.metadata.deletionTimestamp !== undefined) return;
    const told = tell(event, {
      node: (name) => this.#nodeNames.get(name) ?? name,
      nodeOf: (pod) => this.#nodeNames.get(this.#pods.get(pod)?.spec.nodeName ?? '') ?? 'its node',
      version: (set) => versionOf(this.#sets.get(set)?.spec.template.spec.containers[0]?.image ?? ''),
    });
    if (told === undefined) return;
    if (event.reason === 'Unhealthy') this.#news.addOnce(told);
    else this.#news.add(told);
    this.#draw();
  }

  #draw(): void {
    if (this.#closed) return;
    this.#drawing ??= setTimeout(() => {
      this.#drawing = undefined;
      this.state.set({
        nodes: this.#liveNodes(),
        pods: [...this.#pods.values()].map((pod) => livePod(pod, this.#nodeNames)),
        deployment: liveDeployment(this.#replicas, this.#sets.values()),
        news: this.#news.newestFirst,
      });
    }, DRAW_AFTER_MS);
  }

  #liveNodes() {
    return [...this.#nodeNames.values()].map((name) => ({
      name,
      ready: !this.#lost.has(name),
      cordoned: false,
      off: this.#off.has(name),
    }));
  }

  #failed(error: unknown): void {
    // What was still being done when it was closed may fail.
    if (this.#closed) return;
    console.error(error);
    this.state.set({ phase: 'broken' });
  }
}
