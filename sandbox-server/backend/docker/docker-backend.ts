import type Docker from 'dockerode';
import { DrydockError } from '../../errors.ts';
import type {
  Backend,
  CreateOptions,
  ExecOptions,
  ExecStream,
  HostRoom,
  MachineLimits,
  SandboxRef,
  SandboxSpec,
  SandboxStatus,
} from '../backend.ts';
import { LEARNER, PATHS } from '../paths.ts';
import { isNotFound, toSandboxError } from './engine-errors.ts';
import { execInContainer } from './exec.ts';
import { readHostRoom } from './host-room.ts';
import { LABEL, labelsFor, ownedBy } from './labels.ts';
import { engineContainer, shellContainer, type MachinePlan } from './machine.ts';
import { Mirror } from './mirror.ts';
import { namesFor } from './names.ts';
import { REGISTRY_MACHINE, startRegistry } from './private-registry.ts';
import { removeAll, removeSandbox } from './removal.ts';
import { watchContainers, type LostContainer } from './watch.ts';

export interface DockerBackendOptions {
  docker: Docker;
  /** Marks what is ours on the engine: one for each data folder. */
  owner: string;
  /** Full tags. */
  images: { engine: string; shell: string; mirror: string };
  limits?: Partial<MachineLimits>;
}

/** Room for an inner engine, a build with npm, and a few small containers. */
const DEFAULT_LIMITS: MachineLimits = { memoryBytes: 1536 * 1024 ** 2, cpus: 2, pids: 1024 };

/** How long the inner engine may take to answer on a busy host. */
const ENGINE_START_MS = 60_000;

/** Asks inside the container, so that one call answers the moment the engine does. */
const WAIT_FOR_ENGINE = `until [ -S ${PATHS.controlSocket} ] && docker -H unix://${PATHS.controlSocket} version >/dev/null 2>&1; do sleep 0.05; done`;

export class DockerBackend implements Backend {
  readonly name = 'docker';
  readonly #docker: Docker;
  readonly #owner: string;
  readonly #images: DockerBackendOptions['images'];
  readonly #limits: MachineLimits;
  readonly #mirror: Mirror;
  /** Sandboxes that are being removed: their containers die as wanted. */
  readonly #leaving = new Set<string>();
  #apparmor: Promise<boolean> | undefined;

  constructor(options: DockerBackendOptions) {
    this.#docker = options.docker;
    this.#owner = options.owner;
    this.#images = options.images;
    this.#limits = { ...DEFAULT_LIMITS, ...options.limits };
    this.#mirror = new Mirror(options.docker, options.owner, options.images.mirror);
  }

  /** Starts what all sandboxes share. */
  async prepare(): Promise<void> {
    await this.#mirror.start();
  }

  async create(spec: SandboxSpec, options: CreateOptions = {}): Promise<SandboxRef> {
    const sandbox: SandboxRef = { id: spec.id, machines: spec.machines };
    const step = (label: string) => {
      options.signal?.throwIfAborted();
      options.onStep?.(label);
    };
    try {
      step('Make a network of its own');
      const names = namesFor(this.#owner, spec.id);
      const network = await this.#docker.createNetwork({
        Name: names.network,
        Internal: true,
        CheckDuplicate: true,
        Labels: labelsFor(this.#owner, 'network', { sandbox: spec.id, ...(spec.labels ? { extra: spec.labels } : {}) }),
      });
      const [mirrorIp, apparmor] = await Promise.all([this.#mirror.join(network), this.#hasApparmor()]);
      step('Start the machine');
      const [machines] = await Promise.all([
        Promise.all(spec.machines.map((machine) => this.#startMachine(this.#plan(spec, machine, mirrorIp, apparmor)))),
        spec.privateRegistry === true ? this.#startRegistry(spec, options.signal) : undefined,
      ]);
      options.signal?.throwIfAborted();
      // All of them end before anything is removed, so that nothing is made in what is being removed.
      const waits = [
        ...machines.map(({ engine, machine }) => this.#waitForEngine(engine, machine, options.signal)),
        options.onShells?.(sandbox),
      ];
      await Promise.allSettled(waits);
      await Promise.all(waits);
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
        user: `${LEARNER.uid}:${LEARNER.gid}`,
        env: { HOME: PATHS.home, ...options.env },
      });
    } catch (error) {
      // 404: no such container; 409: it is not running.
      const status = (error as { statusCode?: number }).statusCode;
      if (status === 404 && place === 'registry')
        throw new Error('This lab has no private registry: set privateRegistry in its sandbox.', { cause: error });
      if (status === 404 || status === 409) throw new DrydockError('sandbox-lost', { cause: error });
      throw toSandboxError(error);
    }
  }

  async stat(sandbox: SandboxRef): Promise<SandboxStatus> {
    const containers = await this.#containers(sandbox.id);
    if (containers.length === 0) return { state: 'gone', down: [...sandbox.machines] };
    const running = containers.filter((c) => c.State === 'running');
    const down = sandbox.machines.filter(
      (machine) => running.filter((c) => c.Labels[LABEL.machine] === machine).length < 2,
    );
    const isRegistry = (c: Docker.ContainerInfo) => c.Labels[LABEL.role] === 'registry';
    if (containers.some(isRegistry) && !running.some(isRegistry)) down.push(REGISTRY_MACHINE);
    return { state: down.length === 0 ? 'running' : 'degraded', down };
  }

  async destroy(id: string): Promise<void> {
    this.#leaving.add(id);
    try {
      await removeSandbox(this.#docker, this.#owner, id, this.#mirror);
    } catch (error) {
      throw toSandboxError(error);
    } finally {
      this.#leaving.delete(id);
    }
  }

  /** Removes every sandbox and what they share. */
  async destroyAll(): Promise<void> {
    for (const id of await this.list()) this.#leaving.add(id);
    await this.#mirror.remove();
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

  watch(onLost: (lost: LostContainer) => void): Disposable {
    return watchContainers(this.#docker, this.#owner, this.#leaving, onLost);
  }

  async room(): Promise<HostRoom> {
    try {
      return await readHostRoom(this.#docker, await this.#mirror.container());
    } catch (error) {
      throw toSandboxError(error);
    }
  }

  #plan(spec: SandboxSpec, machine: string, mirrorIp: string, apparmor: boolean): MachinePlan {
    return {
      owner: this.#owner,
      sandbox: spec.id,
      machine,
      images: this.#images,
      limits: { ...this.#limits, ...spec.limits },
      mirrorIp,
      extraLabels: spec.labels ?? {},
      apparmor,
    };
  }

  #startRegistry(spec: SandboxSpec, signal: AbortSignal | undefined): Promise<void> {
    const plan = {
      owner: this.#owner,
      sandbox: spec.id,
      image: this.#images.mirror,
      extraLabels: spec.labels ?? {},
    };
    return startRegistry(this.#docker, plan, signal);
  }

  #hasApparmor(): Promise<boolean> {
    this.#apparmor ??= this.#docker.info().then(
      (info: { SecurityOptions?: string[] }) =>
        (info.SecurityOptions ?? []).some((option) => option.includes('name=apparmor')),
      (error: unknown) => {
        this.#apparmor = undefined;
        throw error;
      },
    );
    return this.#apparmor;
  }

  /** Both containers run when it resolves; the engine in one of them may still be starting. */
  async #startMachine(plan: MachinePlan): Promise<{ engine: Docker.Container; machine: string }> {
    const engine = await this.#docker.createContainer(engineContainer(plan));
    // The shell's volumes are the engine's: both may be created before either runs, in this order.
    const [shell] = await Promise.all([this.#docker.createContainer(shellContainer(plan)), engine.start()]);
    await Promise.all([this.#openTun(engine), shell.start()]);
    return { engine, machine: plan.machine };
  }

  /** Some hosts keep /dev/net/tun at 0600; slirp4netns runs as the learner and needs it. */
  async #openTun(engine: Docker.Container): Promise<void> {
    const run = await execInContainer(engine, ['chmod', '666', '/dev/net/tun'], { user: '0:0' });
    run.stream.resume();
    run.stderr.resume();
    await run.exit;
  }

  async #waitForEngine(engine: Docker.Container, machine: string, signal: AbortSignal | undefined): Promise<void> {
    const timeout = AbortSignal.timeout(ENGINE_START_MS);
    const run = await execInContainer(engine, ['sh', '-c', WAIT_FOR_ENGINE], {
      signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
    });
    run.stream.resume();
    run.stderr.resume();
    const code = await run.exit;
    signal?.throwIfAborted();
    if (code === 0) return;
    const info = await engine.inspect().catch((error: unknown) => {
      if (isNotFound(error)) return undefined;
      throw error;
    });
    const logs =
      info === undefined ? '' : (await engine.logs({ stdout: true, stderr: true, tail: 20 })).toString('utf8');
    throw new DrydockError('start-failed', {
      detail: `The Docker Engine of machine ${machine} did not start.`,
      cause: new Error(`exit ${String(code)}, container ${info?.State.Status ?? 'gone'}; it printed:\n${logs}`),
    });
  }

  async #containers(id: string): Promise<Docker.ContainerInfo[]> {
    try {
      return await this.#docker.listContainers({ all: true, filters: ownedBy(this.#owner, id) });
    } catch (error) {
      throw toSandboxError(error);
    }
  }
}
