import type {
  Backend,
  CreateOptions,
  DisksCopy,
  ExecOptions,
  ExecStream,
  HostRoom,
  LostPart,
  SandboxRef,
  SandboxSpec,
  SandboxStatus,
} from '../backend/backend.ts';
import { execToEnd } from '../backend/exec-to-end.ts';
import { PATHS } from '../backend/paths.ts';
import type { Clock } from '../clock.ts';
import { DrydockError } from '../errors.ts';
import type { ApiServer } from '../grader/kubernetes/kind-watch.ts';
import type { SharedWatch } from '../grader/kubernetes/shared-watch.ts';
import type { KubernetesReader } from '../grader/kubernetes-reader.ts';
import type { KubernetesWatcher } from '../grader/kubernetes-watcher.ts';
import type { ClusterKind } from '../lab/clusters.ts';
import type { Feature } from '../lab/lab.ts';
import type { Log } from '../log.ts';
import type { SandboxClusters } from './cluster.ts';
import type { ClusterSource } from './cluster-source.ts';
import type { KubernetesApi } from './kubernetes-api.ts';
import { namespaceOf } from './sessions/learner-namespace.ts';
import { NamespaceReader } from './sessions/namespace-reader.ts';
import type { LearnerAccess, ClusterSessions } from './sessions/cluster-sessions.ts';

/** How long a learner's token is good for, and how often it is replaced: a server may be away for the rest. */
const TOKEN_SECONDS = 3600;
const RENEW_EVERY_MS = 15 * 60_000;
/** Some kilobytes. On a host on its knees it may take as long as this. */
const WRITE_MS = 30_000;
/** What a sandbox has of a cluster, among its machines: what is told as down. */
const CLUSTER = 'cluster';

/** kubectl reads the token anew from its file, so that the rest of the kubeconfig is the learner's to change. */
const WRITE = `umask 077; mkdir -p "$(dirname "$1")" && cat > "$1.new" && mv "$1.new" "$1"`;
const TOKEN_FILE = `${PATHS.kubeconfig.slice(0, PATHS.kubeconfig.lastIndexOf('/'))}/token`;

export interface BackendWithClustersOptions {
  backend: Backend;
  sources: Readonly<Record<ClusterKind, ClusterSource>>;
  /** The watches of one cluster. `source`: the cluster of just now; throws while there is none. */
  watch: (source: () => ApiServer) => Pick<SharedWatch, 'join'>;
  /** Where sandboxes reach the API server of their cluster. */
  server: string;
  clock: Clock;
  log: Log;
}

/** Sandboxes of another backend, with a namespace in a cluster for those that want one. */
export class BackendWithClusters implements Backend, SandboxClusters {
  readonly name: string;
  readonly copyDisks?: (sandbox: SandboxRef, options?: { signal?: AbortSignal }) => Promise<DisksCopy | undefined>;
  readonly #inner: Backend;
  readonly #sources: Readonly<Record<ClusterKind, ClusterSource>>;
  readonly #watchOf: BackendWithClustersOptions['watch'];
  /** By cluster: `shared`, or the sandbox that has one of its own. */
  readonly #watches = new Map<string, Pick<SharedWatch, 'join'>>();
  readonly #server: string;
  readonly #clock: Clock;
  readonly #log: Log;
  /** Those with a part of the cluster that were made or asked for. */
  readonly #sandboxes = new Map<string, SandboxRef>();

  constructor(options: BackendWithClustersOptions) {
    const { backend } = options;
    this.name = backend.name;
    this.#inner = backend;
    this.#sources = options.sources;
    this.#watchOf = options.watch;
    this.#server = options.server;
    this.#clock = options.clock;
    this.#log = options.log;
    if (backend.copyDisks) this.copyDisks = backend.copyDisks.bind(backend);
  }

  async create(spec: SandboxSpec, options: CreateOptions = {}): Promise<SandboxRef> {
    if (spec.cluster === undefined) return await this.#inner.create(spec, options);
    const source = this.#sources[spec.cluster];
    const { signal, onStep } = options;
    const sessions = await source.obtain(spec, { signal, onStep });
    this.#sandboxes.set(spec.id, spec);
    const opened = this.#open(source, spec, sessions, options);
    // It is waited for below, and on failure.
    opened.catch(() => undefined);
    try {
      return await this.#inner.create(spec, {
        ...options,
        onShells: async (sandbox) => {
          await this.#give(sandbox, await opened);
          await options.onShells?.(sandbox);
        },
      });
    } catch (error) {
      await opened.catch(() => undefined);
      await this.#close(source, spec.id);
      throw error;
    }
  }

  async exec(
    sandbox: SandboxRef,
    machine: string,
    command: readonly string[],
    options?: ExecOptions,
  ): Promise<ExecStream> {
    return await this.#inner.exec(sandbox, machine, command, options);
  }

  async stat(sandbox: SandboxRef): Promise<SandboxStatus> {
    const states = await this.statAll([sandbox]);
    return states.get(sandbox.id) ?? { state: 'gone', down: [...sandbox.machines] };
  }

  async statAll(sandboxes: readonly SandboxRef[]): Promise<Map<string, SandboxStatus>> {
    const states = await this.#inner.statAll(sandboxes);
    const ofKind = Map.groupBy(sandboxes, ({ cluster }) => cluster);
    for (const [kind, inCluster] of ofKind) {
      if (kind === undefined) continue;
      const working = await this.#sources[kind].working(inCluster.map(({ id }) => id));
      for (const sandbox of inCluster) {
        const isNew = !this.#sandboxes.has(sandbox.id);
        this.#sandboxes.set(sandbox.id, sandbox);
        // The server before may have been away for nearly as long as its token was good for.
        if (isNew && working.has(sandbox.id)) void this.#renewOne(sandbox);
        const status = states.get(sandbox.id);
        if (status === undefined || status.state === 'gone' || working.has(sandbox.id)) continue;
        states.set(sandbox.id, { state: 'degraded', down: [...status.down, CLUSTER] });
      }
    }
    return states;
  }

  async revive(sandbox: SandboxRef, options: { signal?: AbortSignal } = {}): Promise<void> {
    await this.#inner.revive(sandbox, options);
    if (sandbox.cluster === undefined) return;
    this.#sandboxes.set(sandbox.id, sandbox);
    await this.#renew(sandbox, await this.#sources[sandbox.cluster].revive(sandbox.id, options));
  }

  /** What cannot be removed from the cluster just now is listed, and so removed later. */
  async destroy(id: string): Promise<void> {
    const sources = Object.values(this.#sources);
    this.#watches.delete(id);
    await Promise.all([this.#inner.destroy(id), ...sources.map((source) => this.#close(source, id))]);
  }

  async list(): Promise<string[]> {
    const sources = Object.values(this.#sources);
    const lists = await Promise.all([this.#inner.list(), ...sources.map((source) => source.list())]);
    return [...new Set(lists.flat())];
  }

  watch(onLost: (lost: LostPart) => void, onReturn: () => void = () => undefined): Disposable {
    let timer: Disposable;
    const renewLater = (ms: number) => {
      timer = this.#clock.after(ms, () => void this.#renewAll().finally(() => renewLater(RENEW_EVERY_MS)));
    };
    renewLater(RENEW_EVERY_MS);
    const watching = this.#inner.watch(onLost, () => {
      for (const source of Object.values(this.#sources)) source.look();
      onReturn();
    });
    return {
      [Symbol.dispose]: () => {
        timer[Symbol.dispose]();
        watching[Symbol.dispose]();
      },
    };
  }

  async room(): Promise<HostRoom> {
    return await this.#inner.room();
  }

  async lacks(needs: readonly Feature[]): Promise<Feature[]> {
    return await this.#inner.lacks(needs);
  }

  reader({ id, cluster }: SandboxRef): KubernetesReader | undefined {
    if (cluster === undefined) return undefined;
    return new NamespaceReader(namespaceOf(id), () => this.#api(id, cluster));
  }

  watcher({ id, cluster }: SandboxRef): KubernetesWatcher | undefined {
    if (cluster === undefined) return undefined;
    const key = cluster === 'shared' ? cluster : id;
    const watch = this.#watches.get(key) ?? this.#watchOf(() => this.#api(id, cluster));
    this.#watches.set(key, watch);
    return { watch: (onChange) => watch.join(namespaceOf(id), onChange) };
  }

  #api(id: string, cluster: ClusterKind): KubernetesApi {
    const sessions = this.#sources[cluster].now(id);
    if (sessions === undefined) throw new DrydockError('cluster-lost');
    return sessions.api;
  }

  #session(id: string) {
    return { id, seconds: TOKEN_SECONDS, server: this.#server, tokenFile: TOKEN_FILE };
  }

  /** Once more, when the cluster was started again meanwhile. */
  async #open(
    source: ClusterSource,
    spec: SandboxSpec,
    sessions: ClusterSessions,
    { signal, onStep }: CreateOptions,
  ): Promise<LearnerAccess> {
    try {
      return await sessions.open(this.#session(spec.id), { signal });
    } catch (error) {
      if (signal?.aborted === true || source.now(spec.id) === sessions) throw error;
      this.#log.info({ sandbox: spec.id, err: error }, 'its cluster was started again under it');
    }
    const again = await source.obtain(spec, { signal, onStep });
    return await again.open(this.#session(spec.id), { signal });
  }

  async #close(source: ClusterSource, id: string): Promise<void> {
    this.#sandboxes.delete(id);
    try {
      await source.close(id);
    } catch (error) {
      this.#log.warn({ sandbox: id, err: error }, 'its part of the cluster could not be removed; it is tried again');
    }
  }

  async #renewAll(): Promise<void> {
    for (const sandbox of this.#sandboxes.values()) await this.#renewOne(sandbox);
  }

  /** Never rejects; one whose cluster is away gets its token when that is back. */
  async #renewOne(sandbox: SandboxRef): Promise<void> {
    const sessions = sandbox.cluster && this.#sources[sandbox.cluster].now(sandbox.id);
    if (sessions === undefined) return;
    await this.#renew(sandbox, sessions).catch((error: unknown) => {
      this.#log.warn({ sandbox: sandbox.id, err: error }, 'its token could not be renewed; it is tried again');
    });
  }

  async #renew(sandbox: SandboxRef, sessions: ClusterSessions): Promise<void> {
    const token = await sessions.token(this.#session(sandbox.id));
    await Promise.all(sandbox.machines.map((machine) => this.#write(sandbox, machine, TOKEN_FILE, token)));
  }

  async #give(sandbox: SandboxRef, { kubeconfig, token }: LearnerAccess): Promise<void> {
    await Promise.all(
      sandbox.machines.map(async (machine) => {
        await this.#write(sandbox, machine, TOKEN_FILE, token);
        await this.#write(sandbox, machine, PATHS.kubeconfig, kubeconfig);
      }),
    );
  }

  async #write(sandbox: SandboxRef, machine: string, path: string, input: string): Promise<void> {
    const { exitCode, stderr } = await execToEnd(this.#inner, sandbox, machine, ['/bin/sh', '-c', WRITE, 'sh', path], {
      input,
      signal: AbortSignal.timeout(WRITE_MS),
    });
    if (exitCode === 0) return;
    const said = stderr.toString('utf8');
    throw new Error(`${path} could not be written on ${machine} (exit ${String(exitCode)}): ${said}`);
  }
}
