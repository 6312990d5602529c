import type Docker from 'dockerode';
import { isConflict, isNotFound } from '../../container-engine/statuses.ts';
import { DrydockError } from '../../errors.ts';
import type {
  Backend,
  CreateOptions,
  DisksCopy,
  ExecOptions,
  ExecStream,
  HostRoom,
  LostPart,
  MachineLimits,
  SandboxRef,
  SandboxSpec,
  SandboxStatus,
} from '../backend.ts';
import type { Feature } from '../../lab/lab.ts';
import type { ClusterEndpoint } from '../../cluster/cluster.ts';
import { PATHS } from '../paths.ts';
import { WITHOUT_HOST } from './bridge-options.ts';
import { PackageCache, type Upstreams } from './cache.ts';
import { ClusterGateway } from './cluster-gateway.ts';
import { copyDisks, DockerDisksCopy } from './disks-copy.ts';
import { DiskUsage } from './disk-usage.ts';
import { type Disk, Disks } from './disks.ts';
import { toSandboxError } from './engine-errors.ts';
import { readEngineHost, type EngineHost } from './engine-host.ts';
import { execInContainer } from './exec.ts';
import { readHostRoom } from './host-room.ts';
import { KubectlVolume } from './kubectl-volume.ts';
import { LABEL, labelsFor, ownedBy } from './labels.ts';
import { Mirror } from './mirror.ts';
import { namesFor } from './names.ts';
import { REGISTRY_MACHINE, restartRegistry, startRegistry } from './private-registry.ts';
import type { RegistryCopy } from './registry-copy.ts';
import { removeAll, removeSandbox } from './removal.ts';
import { type Slot, Slots, userOf } from './slots.ts';
import { ROOTLESS, type TriedTier } from './tier.ts';
import { restartMachine, startMachine, waitForEngine } from './start-machine.ts';
import { watchContainers } from './watch.ts';
import { watchDisks } from './watch-disks.ts';

export interface DockerBackendOptions {
  docker: Docker;
  /** Marks what is ours on the engine: one for each data folder. */
  owner: string;
  /** Full tags. */
  images: { engine: string; shell: string; mirror: string };
  limits?: Partial<MachineLimits>;
  /** Where the package cache gets packages from. Default: there is no package cache, and `apt-get` in a sandbox is refused. */
  upstreams?: Upstreams;
  /** How sandboxes are kept in. Default rootless. */
  tier?: TriedTier;
  /** The volume it keeps them on. Default one for all servers on the engine. */
  cacheVolume?: string;
  /** The image of the cluster's nodes. Default: there is no cluster. */
  nodeImage?: string;
  /** Machines have disks of a fixed size. Default true; it takes loop devices, and where there are none it is as with false. */
  sizedDisks?: boolean;
}

/** Room for an inner engine, a build with npm, and a few small containers. */
const DEFAULT_LIMITS: MachineLimits = { memoryBytes: 1536 * 1024 ** 2, cpus: 2, pids: 1024, diskBytes: 4 * 1024 ** 3 };

/** A machine alone never has all of the host's processors. */
const CPU_SHARE = 0.75;

export class DockerBackend implements Backend {
  readonly name = 'docker';
  readonly #docker: Docker;
  readonly #owner: string;
  readonly #images: DockerBackendOptions['images'];
  readonly #tier: TriedTier | undefined;
  readonly #limits: MachineLimits;
  readonly #mirror: Mirror;
  readonly #disks: Disks;
  readonly #usage: DiskUsage;
  readonly #slots: Slots;
  /** Sandboxes that are being removed: their containers die as wanted. */
  readonly #leaving = new Set<string>();
  #host: Promise<EngineHost> | undefined;
  #cluster: { gateway: (sandbox?: string) => ClusterGateway; kubectl: KubectlVolume } | undefined;

  constructor(options: DockerBackendOptions) {
    this.#docker = options.docker;
    this.#owner = options.owner;
    this.#images = options.images;
    this.#tier = options.tier;
    this.#limits = { ...DEFAULT_LIMITS, ...options.limits };
    const { docker, owner, images, upstreams, cacheVolume: volume } = options;
    const cache =
      upstreams && new PackageCache({ docker, owner, image: images.mirror, upstreams, ...(volume ? { volume } : {}) });
    this.#mirror = new Mirror(docker, owner, images.mirror, cache);
    this.#disks = new Disks({ docker, owner, image: images.engine, wanted: options.sizedDisks ?? true });
    this.#usage = new DiskUsage({ docker, owner, image: images.engine });
    this.#slots = new Slots(options.docker);
    const { nodeImage } = options;
    if (nodeImage === undefined) return;
    this.#cluster = {
      gateway: (sandbox) => new ClusterGateway(docker, owner, nodeImage, sandbox),
      kubectl: new KubectlVolume(docker, owner, nodeImage),
    };
  }

  /** Starts what all sandboxes share. */
  async prepare(): Promise<void> {
    await Promise.all([this.#mirror.start(), this.#disks.start()]);
  }

  /**
   * Opens the way between this cluster and the sandboxes that are to have it, and from its nodes to the course mirror. `sandbox`: the
   * only one that has it; default all that share it.
   */
  async joinCluster(endpoint: ClusterEndpoint, sandbox?: string): Promise<void> {
    try {
      await Promise.all([
        this.#needCluster().gateway(sandbox).lead(endpoint),
        this.#needCluster().kubectl.fill(),
        this.#mirror.join(this.#docker.getNetwork(endpoint.network)),
      ]);
    } catch (error) {
      throw toSandboxError(error);
    }
  }

  async create(spec: SandboxSpec, options: CreateOptions = {}): Promise<SandboxRef> {
    const { id, machines: names, cluster, nodes } = spec;
    const sandbox: SandboxRef = { id, machines: names, ...(cluster && { cluster }), ...(nodes && { nodes }) };
    const from = ofThisKind(options.from);
    const step = (label: string) => {
      options.signal?.throwIfAborted();
      options.onStep?.(label);
    };
    try {
      step('Make a network of its own');
      const { slot, made: network } = await this.#slots.take((free) => this.#makeNetwork(spec, free, from?.uid));
      const uid = from?.uid ?? slot.uid;
      // Throws when it is aborted, so it comes before what then runs on its own.
      step('Start the machine');
      const shared = Promise.all([this.#mirror.join(network), this.#hostFacts()]);
      const gateway = cluster && this.#gatewayOf(sandbox).join(network);
      const machines = settled(
        spec.machines.map(async (machine) => {
          const { diskBytes } = { ...this.#limits, ...spec.limits };
          const disk = await (from ? this.#disks.attachCopy(from.disk(machine)) : this.#disks.attach(uid, diskBytes));
          return await this.#startMachine({ spec, machine, uid, disk, shared });
        }),
      );
      const registry =
        spec.privateRegistry === true
          ? shared.then(() => this.#startRegistry(spec, from?.registry, options.signal))
          : undefined;
      await settled<unknown>([shared, machines, registry, gateway].filter((one) => one !== undefined));
      options.signal?.throwIfAborted();
      await settled([
        ...(await machines).map(({ engine, machine }) => waitForEngine(engine, machine, options.signal)),
        options.onShells?.(sandbox) ?? Promise.resolve(),
      ]);
      options.signal?.throwIfAborted();
      return sandbox;
    } catch (error) {
      await this.destroy(spec.id);
      throw toSandboxError(error);
    }
  }

  async exec(
    sandbox: SandboxRef,
    machine: string,
    command: readonly string[],
    options: ExecOptions = {},
  ): Promise<ExecStream> {
    const names = namesFor(this.#owner, sandbox.id);
    const place = options.in ?? 'shell';
    const name = place === 'registry' ? names.registry : names.container(machine, place);
    try {
      return await execInContainer(this.#docker.getContainer(name), command, {
        ...options,
        env: { HOME: PATHS.home, ...options.env },
      });
    } catch (error) {
      if (isNotFound(error) && place === 'registry')
        throw new Error('This lab has no private registry: set privateRegistry in its sandbox.', { cause: error });
      // A conflict: it is not running.
      if (isNotFound(error) || isConflict(error)) throw new DrydockError('sandbox-lost', { cause: error });
      throw toSandboxError(error);
    }
  }

  async stat(sandbox: SandboxRef): Promise<SandboxStatus> {
    return statusOf(sandbox, await this.#containers(sandbox.id));
  }

  async statAll(sandboxes: readonly SandboxRef[]): Promise<Map<string, SandboxStatus>> {
    const containers = Map.groupBy(await this.#containers(), ({ Labels }) => Labels[LABEL.sandbox]);
    return new Map(sandboxes.map((sandbox) => [sandbox.id, statusOf(sandbox, containers.get(sandbox.id) ?? [])]));
  }

  async revive(sandbox: SandboxRef, options: { signal?: AbortSignal } = {}): Promise<void> {
    const { signal } = options;
    try {
      const names = namesFor(this.#owner, sandbox.id);
      const { Labels } = await this.#docker.getNetwork(names.network).inspect();
      // First: it gets the address back that the machines know.
      await Promise.all([this.#mirror.start(), this.#disks.start()]);
      const registry = (await this.#containers(sandbox.id)).find(isRegistry);
      await settled([
        ...sandbox.machines.map((machine) => restartMachine(this.#docker, names, machine, userOf(Labels), signal)),
        ...(registry === undefined ? [] : [restartRegistry(this.#docker.getContainer(registry.Id), signal)]),
      ]);
    } catch (error) {
      if (isNotFound(error)) throw new DrydockError('sandbox-lost', { cause: error });
      throw toSandboxError(error);
    }
  }

  async copyDisks(sandbox: SandboxRef, { signal }: { signal?: AbortSignal } = {}): Promise<DisksCopy | undefined> {
    signal?.throwIfAborted();
    try {
      const names = namesFor(this.#owner, sandbox.id);
      const { Labels } = await this.#docker.getNetwork(names.network).inspect();
      const uid = userOf(Labels);
      const found = (await this.#containers(sandbox.id)).find(isRegistry);
      const registry = found && this.#docker.getContainer(found.Id);
      return await copyDisks({ docker: this.#docker, disks: this.#disks, sandbox, names, uid, registry, signal });
    } catch (error) {
      if (isNotFound(error)) throw new DrydockError('sandbox-lost', { cause: error });
      throw toSandboxError(error);
    }
  }

  async destroy(id: string): Promise<void> {
    this.#leaving.add(id);
    try {
      const visitors = [this.#mirror, ...(this.#cluster ? [this.#cluster.gateway()] : [])];
      await removeSandbox(this.#docker, this.#owner, id, visitors);
    } catch (error) {
      throw toSandboxError(error);
    } finally {
      this.#leaving.delete(id);
    }
  }

  /** Removes every sandbox and what they share. */
  async destroyAll(): Promise<void> {
    for (const id of await this.list()) this.#leaving.add(id);
    await Promise.all([this.#mirror.remove(), this.#disks.remove(), this.#cluster?.gateway().remove()]);
    this.#usage.forget();
    await removeAll(this.#docker, this.#owner);
  }

  async list(): Promise<string[]> {
    try {
      const filters = ownedBy(this.#owner);
      const [containers, networks, volumes] = await Promise.all([
        this.#docker.listContainers({ all: true, filters }),
        this.#docker.listNetworks({ filters }),
        this.#docker.listVolumes({ filters: filters as never }),
      ]);
      const labels = [...containers, ...networks, ...(volumes.Volumes ?? [])].map(
        (object) => object.Labels?.[LABEL.sandbox],
      );
      return [...new Set(labels.filter((id): id is string => id !== undefined))];
    } catch (error) {
      throw toSandboxError(error);
    }
  }

  watch(onLost: (lost: LostPart) => void, onReturn: () => void = () => undefined): Disposable {
    // One that does not come back is told by the next sandbox that needs it.
    const mirror = () => void this.#mirror.start().catch(() => undefined);
    const watches = new DisposableStack();
    watches.use(watchContainers(this.#docker, this.#owner, this.#leaving, onLost, onReturn, mirror));
    watches.use(
      watchDisks({
        docker: this.#docker,
        owner: this.#owner,
        usage: this.#usage,
        bounded: () => this.#disks.bounded(),
        onFull: (full) => {
          // Its containers are stopped next, as wanted.
          this.#leaving.add(full.id);
          onLost(full);
        },
      }),
    );
    return watches;
  }

  /**
   * No tier has a way out. A rootless engine in a container enforces no limits of inner containers, on no version of cgroups;
   * see also ip_vs(4). Of another tier it is what a sandbox showed.
   */
  async lacks(needs: readonly Feature[]): Promise<Feature[]> {
    const tried = this.#tier;
    if (tried !== undefined) return needs.filter((need) => !tried.gives.includes(need));
    const ipvs = needs.includes('swarm-ingress') && (await this.#hasIpvs());
    return needs.filter((need) => need !== 'swarm-ingress' || !ipvs);
  }

  async room(): Promise<HostRoom> {
    try {
      return await readHostRoom(this.#docker, await this.#mirror.container());
    } catch (error) {
      throw toSandboxError(error);
    }
  }

  #makeNetwork(spec: SandboxSpec, slot: Slot, uid: number = slot.uid): Promise<Docker.Network> {
    const extra: Record<string, string> = { ...spec.labels, slot: String(slot.number) };
    if (uid !== slot.uid) extra['user'] = String(uid);
    return this.#docker.createNetwork({
      Name: namesFor(this.#owner, spec.id).network,
      Internal: true,
      CheckDuplicate: true,
      IPAM: { Driver: 'default', Config: [{ Subnet: slot.subnet }] },
      Options: WITHOUT_HOST,
      Labels: labelsFor(this.#owner, 'network', { sandbox: spec.id, extra }),
    });
  }

  async #startRegistry(
    spec: SandboxSpec,
    from: RegistryCopy | undefined,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    const plan = {
      owner: this.#owner,
      sandbox: spec.id,
      image: this.#images.mirror,
      extraLabels: spec.labels ?? {},
    };
    const registry = await startRegistry(this.#docker, plan, signal);
    await from?.restore(registry, signal);
  }

  async #hasIpvs(): Promise<boolean> {
    const run = await execInContainer(await this.#mirror.container(), ['test', '-e', '/proc/net/ip_vs']);
    run.stream.resume();
    run.stderr.resume();
    return (await run.exit) === 0;
  }

  #hostFacts(): Promise<EngineHost> {
    this.#host ??= readEngineHost(this.#docker, { owner: this.#owner, image: this.#images.engine }).catch(
      (error: unknown) => {
        this.#host = undefined;
        throw error;
      },
    );
    return this.#host;
  }

  /** Both containers run when it resolves; the engine in one of them may still be starting. */
  async #startMachine(plan: {
    spec: SandboxSpec;
    machine: string;
    uid: number;
    disk: Disk | undefined;
    shared: Promise<[mirrorIp: string, host: EngineHost]>;
  }): Promise<{ engine: Docker.Container; machine: string }> {
    const { spec, machine, uid, disk } = plan;
    const limits = { ...this.#limits, ...spec.limits };
    try {
      const [mirrorIp, host] = await plan.shared;
      const engine = await startMachine(this.#docker, {
        owner: this.#owner,
        sandbox: spec.id,
        machine,
        images: this.#images,
        limits: { ...limits, cpus: Math.min(limits.cpus, host.cpus * CPU_SHARE) },
        uid,
        disk: disk?.device,
        mirrorIp,
        extraLabels: spec.labels ?? {},
        tier: this.#tier?.tier ?? ROOTLESS,
        kubectl: spec.cluster && this.#needCluster().kubectl.name,
        apparmor: host.apparmor,
      });
      return { engine, machine };
    } finally {
      disk?.letGo();
    }
  }

  #gatewayOf({ id, cluster }: SandboxRef): ClusterGateway {
    return this.#needCluster().gateway(cluster === 'dedicated' ? id : undefined);
  }

  #needCluster(): { gateway: (sandbox?: string) => ClusterGateway; kubectl: KubectlVolume } {
    if (this.#cluster === undefined) throw new DrydockError('cluster-image-missing');
    return this.#cluster;
  }

  async #containers(id?: string): Promise<Docker.ContainerInfo[]> {
    try {
      return await this.#docker.listContainers({ all: true, filters: ownedBy(this.#owner, id) });
    } catch (error) {
      throw toSandboxError(error);
    }
  }
}

function ofThisKind(copy: DisksCopy | undefined): DockerDisksCopy | undefined {
  if (copy === undefined || copy instanceof DockerDisksCopy) return copy;
  throw new Error('disks can only be copied from a sandbox of the same backend');
}

/** All have ended, well or not, before the first failure is thrown: nothing goes on in the back of what cleans up. */
async function settled<T>(work: readonly Promise<T>[]): Promise<T[]> {
  await Promise.allSettled(work);
  return Promise.all(work);
}

const isRegistry = (container: Docker.ContainerInfo) => container.Labels[LABEL.role] === 'registry';

function statusOf(sandbox: SandboxRef, containers: readonly Docker.ContainerInfo[]): SandboxStatus {
  if (containers.length === 0) return { state: 'gone', down: [...sandbox.machines] };
  const running = containers.filter((c) => c.State === 'running');
  const down = sandbox.machines.filter(
    (machine) => running.filter((c) => c.Labels[LABEL.machine] === machine).length < 2,
  );
  if (containers.some(isRegistry) && !running.some(isRegistry)) down.push(REGISTRY_MACHINE);
  return { state: down.length === 0 ? 'running' : 'degraded', down };
}
