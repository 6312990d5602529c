import type Docker from 'dockerode';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ignoreNotModified, isConflict, isNotFound } from '../../container-engine/statuses.ts';
import { DrydockError } from '../../errors.ts';
import type {
  Clusters,
  ClusterAccess,
  ClusterEndpoint,
  ClusterRef,
  ClusterSpec,
  ClusterStatus,
  CreateClusterOptions,
} from '../cluster.ts';
import { MOST_NODES } from '../../lab/clusters.ts';
import { isReady } from '../is-ready.ts';
import { adminAccess } from './admin-access.ts';
import { clusterManifests } from './cluster-manifests.ts';
import { kindConfiguration } from './configuration.ts';
import { guardNodes } from './guard-nodes.ts';
import { isInTheWay, toClusterError } from './kind-errors.ts';
import { CLUSTER_LABEL, clusterFilters, clusterLabels, clusterName } from './labels.ts';
import { onNode } from './node-command.ts';
import { removeCluster } from './remove-cluster.ts';
import { makeRoomForNodes } from './room-for-nodes.ts';
import { type KindProgram, runKind } from './run-kind.ts';
import { runtimeOptions } from './runtime-options.ts';
import { useMirror } from './use-mirror.ts';
import { waitForNodes } from './wait-for-nodes.ts';
import { waitForSystem } from './wait-for-system.ts';

export interface KindClustersOptions {
  docker: Docker;
  program: KindProgram;
  /** Marks what is ours on the engine: one for each data folder. */
  owner: string;
  /** Of the nodes. `coredns`: the version in it, where it is not the one that kubeadm expects. `ingress`: it brings the ingress controller. */
  image: { tag: string; coredns?: string; ingress?: boolean };
  /** Nodes use it where the engine offers it. */
  runtime: string;
  /** What the engine's host has left. */
  availableMemory: () => Promise<number>;
}

/** An idle control plane has 550 MiB resident; this leaves room for its first pods. */
const CONTROL_PLANE_BYTES = 1024 ** 3;
/** An idle worker has 150 MiB. */
const WORKER_BYTES = 384 * 1024 ** 2;
/** A docker client that is just making a node has ended by then, also on a busy machine. */
const IN_THE_WAY_TRIES = 15;
const IN_THE_WAY_WAIT_MS = 2_000;
/** On the control plane: says that the cluster was made to its end. */
export const FINISHED = '/kind/drydock-finished';
const API_PORT = 6443;
const NODE_COUNT_LABEL = 'drydock.cluster-nodes';

/** Clusters of the platform's own, made by kind on its container engine. */
export class KindClusters implements Clusters {
  readonly #options: KindClustersOptions;
  readonly #docker: Docker;

  constructor(options: KindClustersOptions) {
    this.#options = options;
    this.#docker = options.docker;
  }

  /** A server that was killed while it made the same one has left a kind that goes on until its next word: made again, then. */
  async create(spec: ClusterSpec, options: CreateClusterOptions = {}): Promise<ClusterRef> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.#create(spec, options);
      } catch (error) {
        if (!isInTheWay(error) || attempt >= IN_THE_WAY_TRIES) throw error;
        options.onStep?.('Removing what was left half made');
        await sleep(IN_THE_WAY_WAIT_MS, undefined, { ...(options.signal && { signal: options.signal }) });
      }
    }
  }

  async #create(spec: ClusterSpec, options: CreateClusterOptions): Promise<ClusterRef> {
    if (!/^[a-z0-9]{4,20}$/.test(spec.id)) throw new Error(`“${spec.id}” is no id of a cluster`);
    if (!(spec.nodes >= 1 && spec.nodes <= MOST_NODES)) throw new Error(`a cluster has 1 to ${MOST_NODES} nodes`);
    const { signal, early, onStep } = options;
    try {
      signal?.throwIfAborted();
      await this.#needImage();
      await this.#needMemory(spec);
      const name = clusterName(this.#options.owner, spec.id);
      onStep?.('Making a network');
      const labels = { ...clusterLabels(this.#options.owner, spec.id), [NODE_COUNT_LABEL]: String(spec.nodes) };
      await this.#docker.createNetwork({ Name: name, CheckDuplicate: true, Labels: labels });
      await this.#runKind(name, spec, labels, options);
      onStep?.('Closing the way out');
      const nodes = (await this.#nodes(spec.id)).map(nameOf);
      await guardNodes(this.#options.program, nodes, signal);
      await useMirror(this.#options.program, nodes, signal);
      onStep?.('Installing what belongs to every cluster');
      const control = controlPlane(name);
      await makeRoomForNodes(this.#options.program, control, signal);
      const manifests = await clusterManifests(this.#options.image);
      await this.#onControlPlane(control, ['kubectl', 'apply', '--filename', '-'], signal, manifests);
      onStep?.('Waiting for the nodes to be ready');
      await waitForNodes(this.#options.program, control, { signal });
      if (early !== true) {
        onStep?.('Waiting for DNS, storage and metrics');
        await waitForSystem(this.#options.program, control, signal);
      }
      await this.#onControlPlane(control, ['touch', FINISHED], signal);
      return { id: spec.id, nodes: spec.nodes };
    } catch (error) {
      await this.destroy(spec.id);
      throw signal?.aborted === true ? signal.reason : toClusterError(error);
    }
  }

  async list(): Promise<ClusterRef[]> {
    const refs: ClusterRef[] = [];
    for (const [id, nodes] of Map.groupBy(await this.#nodes(), ({ Labels }) => Labels[CLUSTER_LABEL.cluster] ?? ''))
      if (await this.#isFinished(id)) refs.push({ id, nodes: nodes.length });
    return refs;
  }

  async unfinished(): Promise<string[]> {
    const ids: string[] = [];
    for (const id of await this.#ids()) if (!(await this.#isFinished(id))) ids.push(id);
    return ids;
  }

  async stat(id: string): Promise<ClusterStatus> {
    const nodes = await this.#nodes(id);
    if (nodes.length === 0) return { state: 'gone', down: [], answers: false };
    const down = nodes.filter(({ State }) => State !== 'running').map(nameOf);
    const whole = nodes.length === wantedNodes(nodes);
    const answers = await this.access(id).then(isReady, () => false);
    return { state: whole && answers && down.length === 0 ? 'running' : 'degraded', down, answers };
  }

  async revive(id: string, { signal }: { signal?: AbortSignal } = {}): Promise<void> {
    try {
      const control = controlPlane(clusterName(this.#options.owner, id));
      await waitForNodes(this.#options.program, control, { started: () => this.#start(id, signal), signal });
      await waitForSystem(this.#options.program, control, signal);
    } catch (error) {
      throw signal?.aborted === true ? signal.reason : toClusterError(error);
    }
  }

  async setPower(id: string, node: string, power: 'on' | 'off'): Promise<void> {
    const found = (await this.#nodes(id)).find((one) => nameOf(one) === node);
    if (found === undefined || node === controlPlane(clusterName(this.#options.owner, id))) return;
    const container = this.#docker.getContainer(found.Id);
    try {
      if (power === 'on') await container.start().catch(ignoreNotModified);
      else await container.kill();
    } catch (error) {
      // It does not run: 409.
      if (!isConflict(error)) throw toClusterError(error);
    }
  }

  async access(id: string): Promise<ClusterAccess> {
    const control = controlPlane(clusterName(this.#options.owner, id));
    try {
      const { NetworkSettings, State } = await this.#docker.getContainer(control).inspect();
      const port = NetworkSettings.Ports[`${API_PORT}/tcp`]?.[0]?.HostPort;
      if (!State.Running || port === undefined) throw new DrydockError('cluster-lost');
      const text = await onNode(this.#options.program, control, ['cat', '/etc/kubernetes/admin.conf']);
      return adminAccess(text, `https://127.0.0.1:${port}`);
    } catch (error) {
      if (isNotFound(error)) throw new DrydockError('cluster-lost', { cause: error });
      throw toClusterError(error);
    }
  }

  async endpoint(id: string): Promise<ClusterEndpoint> {
    if ((await this.#nodes(id)).length === 0) throw new DrydockError('cluster-lost');
    const network = clusterName(this.#options.owner, id);
    return { network, host: controlPlane(network), port: API_PORT };
  }

  async destroy(id: string): Promise<void> {
    try {
      await removeCluster(this.#docker, clusterFilters(this.#options.owner, id));
    } catch (error) {
      throw toClusterError(error);
    }
  }

  async reconcile(keep: readonly string[]): Promise<void> {
    for (const id of await this.#ids())
      if (!(keep.includes(id) && (await this.#isFinished(id)))) await this.destroy(id);
  }

  /** Of all that there is anything of. */
  async #ids(): Promise<Set<string>> {
    const filters = clusterFilters(this.#options.owner);
    const [containers, networks] = await Promise.all([
      this.#docker.listContainers({ all: true, filters }),
      this.#docker.listNetworks({ filters }),
    ]);
    const ids = [...containers, ...networks].map((object) => object.Labels?.[CLUSTER_LABEL.cluster]);
    return new Set(ids.filter((id) => id !== undefined));
  }

  async #runKind(
    name: string,
    spec: ClusterSpec,
    labels: Readonly<Record<string, string>>,
    { signal, onStep }: CreateClusterOptions,
  ): Promise<void> {
    const nodeOptions = [
      ...Object.entries(labels).flatMap(([key, value]) => ['--label', `${key}=${value}`]),
      ...(await runtimeOptions(this.#docker, this.#options.runtime)),
    ];
    // kind insists on writing the administrator's kubeconfig; it is read from the node when it is needed.
    const folder = await mkdtemp(join(tmpdir(), 'drydock-kind-'));
    try {
      await runKind(this.#options.program, {
        args: [
          ...['create', 'cluster', '--name', name, '--config', '-', '--retain'],
          ...['--image', this.#options.image.tag, '--kubeconfig', join(folder, 'kubeconfig')],
        ],
        input: kindConfiguration(spec, this.#options.image),
        network: name,
        nodeOptions,
        signal,
        onStep,
      });
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }

  async #needImage(): Promise<void> {
    await this.#docker.getImage(this.#options.image.tag).inspect();
  }

  async #needMemory({ nodes }: ClusterSpec): Promise<void> {
    const wanted = CONTROL_PLANE_BYTES + (nodes - 1) * WORKER_BYTES;
    const available = await this.#options.availableMemory();
    if (available >= wanted) return;
    throw new DrydockError('cluster-no-memory', {
      detail: `A cluster of ${nodes === 1 ? 'one node' : `${nodes} nodes`} needs ${mib(wanted)} MiB of memory, and the server’s host has ${mib(available)} MiB left.`,
    });
  }

  async #nodes(id?: string): Promise<Docker.ContainerInfo[]> {
    try {
      return await this.#docker.listContainers({ all: true, filters: clusterFilters(this.#options.owner, id) });
    } catch (error) {
      throw toClusterError(error);
    }
  }

  /** Starts nodes that are stopped; resolves to the time since when each runs. One that is just stopping is for the next call. */
  async #start(id: string, signal: AbortSignal | undefined): Promise<Map<string, string>> {
    const nodes = await this.#nodes(id);
    if (nodes.length === 0 || nodes.length < wantedNodes(nodes)) throw new DrydockError('cluster-lost');
    const since = new Map<string, string>();
    try {
      for (const node of nodes) {
        const container = this.#docker.getContainer(node.Id);
        if (node.State !== 'running')
          await container.start({ ...(signal && { abortSignal: signal }) }).catch(ignoreNotModified);
        since.set(nameOf(node), (await container.inspect()).State.StartedAt);
      }
    } catch (error) {
      throw toClusterError(error);
    }
    return since;
  }

  /** Reads it of a stopped node, too. */
  async #isFinished(id: string): Promise<boolean> {
    const control = this.#docker.getContainer(controlPlane(clusterName(this.#options.owner, id)));
    try {
      await control.infoArchive({ path: FINISHED });
      return true;
    } catch (error) {
      if (isNotFound(error)) return false;
      throw toClusterError(error);
    }
  }

  #onControlPlane(node: string, command: string[], signal: AbortSignal | undefined, input?: string): Promise<string> {
    return onNode(this.#options.program, node, command, { signal, ...(input === undefined ? {} : { input }) });
  }
}

const controlPlane = (name: string) => `${name}-control-plane`;
const nameOf = ({ Names }: Docker.ContainerInfo) => (Names[0] ?? '').replace(/^\//, '');
const wantedNodes = (nodes: readonly Docker.ContainerInfo[]) => Number(nodes[0]?.Labels[NODE_COUNT_LABEL]);
const mib = (bytes: number) => Math.floor(bytes / 1024 ** 2);
