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
} from '../../backend/backend.ts';
import { execToEnd } from '../../backend/exec-to-end.ts';
import { PATHS } from '../../backend/paths.ts';
import type { Clock } from '../../clock.ts';
import { DrydockError } from '../../errors.ts';
import type { KubernetesReader } from '../../grader/kubernetes-reader.ts';
import type { Feature } from '../../lab/lab.ts';
import type { Log } from '../../log.ts';
import type { SandboxClusters } from '../cluster.ts';
import { namespaceOf } from './learner-namespace.ts';
import { NamespaceReader } from './namespace-reader.ts';
import type { SharedCluster } from './shared-cluster.ts';
import type { LearnerAccess } from './shared-sessions.ts';

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

export interface BackendWithClusterOptions {
  backend: Backend;
  cluster: SharedCluster;
  /** Where sandboxes reach its API server. */
  server: string;
  clock: Clock;
  log: Log;
}

/** Sandboxes of another backend, with a namespace in the shared cluster for those that want one. */
export class BackendWithCluster implements Backend, SandboxClusters {
  readonly name: string;
  readonly copyDisks?: (sandbox: SandboxRef, options?: { signal?: AbortSignal }) => Promise<DisksCopy | undefined>;
  readonly #inner: Backend;
  readonly #cluster: SharedCluster;
  readonly #server: string;
  readonly #clock: Clock;
  readonly #log: Log;
  /** Those with a part of the cluster that were made or asked for. */
  readonly #sandboxes = new Map<string, SandboxRef>();

  constructor(options: BackendWithClusterOptions) {
    const { backend } = options;
    this.name = backend.name;
    this.#inner = backend;
    this.#cluster = options.cluster;
    this.#server = options.server;
    this.#clock = options.clock;
    this.#log = options.log;
    if (backend.copyDisks) this.copyDisks = backend.copyDisks.bind(backend);
  }

  async create(spec: SandboxSpec, options: CreateOptions = {}): Promise<SandboxRef> {
    if (spec.cluster === undefined) return await this.#inner.create(spec, options);
    const { signal, onStep } = options;
    const sessions = await this.#cluster.running({ signal, onStep });
    this.#sandboxes.set(spec.id, spec);
    const opened = sessions.open(this.#session(spec.id));
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
      await this.#close(spec.id);
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
    const inCluster = sandboxes.filter(({ cluster }) => cluster !== undefined);
    if (inCluster.length === 0) return states;
    const there = new Set(await this.#listed());
    for (const sandbox of inCluster) {
      this.#sandboxes.set(sandbox.id, sandbox);
      const status = states.get(sandbox.id);
      if (status === undefined || status.state === 'gone' || there.has(sandbox.id)) continue;
      states.set(sandbox.id, { state: 'degraded', down: [...status.down, CLUSTER] });
    }
    return states;
  }

  async revive(sandbox: SandboxRef, options: { signal?: AbortSignal } = {}): Promise<void> {
    await this.#inner.revive(sandbox, options);
    if (sandbox.cluster === undefined) return;
    this.#sandboxes.set(sandbox.id, sandbox);
    const sessions = await this.#cluster.running(options);
    if (!(await sessions.list()).includes(sandbox.id)) throw new DrydockError('cluster-lost');
    await this.#renew(sandbox);
  }

  /** What cannot be removed from the cluster just now is listed, and so removed later. */
  async destroy(id: string): Promise<void> {
    await Promise.all([this.#inner.destroy(id), this.#close(id)]);
  }

  async list(): Promise<string[]> {
    const [own, inCluster] = await Promise.all([this.#inner.list(), this.#listed()]);
    return [...new Set([...own, ...inCluster])];
  }

  watch(onLost: (lost: LostPart) => void, onReturn: () => void = () => undefined): Disposable {
    let timer: Disposable;
    const renewLater = (ms: number) => {
      timer = this.#clock.after(ms, () => void this.#renewAll().finally(() => renewLater(RENEW_EVERY_MS)));
    };
    // The server before may have been away for long.
    renewLater(0);
    const watching = this.#inner.watch(onLost, () => {
      void this.#cluster.look();
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
    return new NamespaceReader(namespaceOf(id), () => {
      if (this.#cluster.now === undefined) throw new DrydockError('cluster-lost');
      return this.#cluster.now.api;
    });
  }

  #session(id: string) {
    return { id, seconds: TOKEN_SECONDS, server: this.#server, tokenFile: TOKEN_FILE };
  }

  async #listed(): Promise<string[]> {
    try {
      return (await this.#cluster.now?.list()) ?? [];
    } catch (error) {
      this.#log.warn({ err: error }, 'the shared cluster does not answer');
      void this.#cluster.look();
      return [];
    }
  }

  async #close(id: string): Promise<void> {
    this.#sandboxes.delete(id);
    try {
      await this.#cluster.now?.close(id);
    } catch (error) {
      this.#log.warn({ sandbox: id, err: error }, 'its part of the cluster could not be removed; it is tried again');
    }
  }

  async #renewAll(): Promise<void> {
    for (const sandbox of this.#sandboxes.values()) {
      await this.#renew(sandbox).catch((error: unknown) => {
        this.#log.warn({ sandbox: sandbox.id, err: error }, 'its token could not be renewed; it is tried again');
      });
    }
  }

  async #renew(sandbox: SandboxRef): Promise<void> {
    const sessions = await this.#cluster.running();
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
