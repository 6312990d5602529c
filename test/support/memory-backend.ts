import type {
  Backend,
  CreateOptions,
  ExecOptions,
  ExecStream,
  HostRoom,
  LostPart,
  SandboxRef,
  SandboxSpec,
  SandboxStatus,
} from '../../sandbox-server/backend/backend.ts';
import type { Feature } from '../../sandbox-server/lab/lab.ts';
import { DrydockError } from '../../sandbox-server/errors.ts';
import { holderHello } from './holder-hello.ts';
import { fakeExec, type FakeExec } from './fake-exec.ts';

const GIB = 1024 ** 3;

/** Sandboxes that exist in a map only. Programs end at once with code 0; shells stay open. */
export class MemoryBackend implements Backend {
  readonly name = 'memory';
  readonly sandboxes = new Map<string, SandboxSpec>();
  /** Those whose machines do not run. */
  readonly stopped = new Set<string>();
  readonly shells: FakeExec[] = [];
  /** How many were ever made, and how many are being made. */
  made = 0;
  making = 0;
  /** Commands that fail. */
  fail: (command: readonly string[]) => boolean = () => false;
  /** What creating waits for; a rejection is its failure. */
  onCreate: (spec: SandboxSpec, signal: AbortSignal | undefined) => Promise<void> = () => Promise.resolve();
  onDestroy: (id: string) => Promise<void> = () => Promise.resolve();
  onRevive: (sandbox: SandboxRef) => Promise<void> = () => Promise.resolve();
  onList: () => Promise<void> = () => Promise.resolve();
  /** What the host says it has left; an error is its answer, too. */
  hostRoom: HostRoom | Error = {
    cpus: 8,
    memory: { totalBytes: 32 * GIB, availableBytes: 24 * GIB },
    disk: { totalBytes: 200 * GIB, availableBytes: 100 * GIB },
  };
  readonly #watchers = new Set<{ onLost: (lost: LostPart) => void; onReturn: () => void }>();

  async create(spec: SandboxSpec, options: CreateOptions = {}): Promise<SandboxRef> {
    const sandbox = { id: spec.id, machines: spec.machines };
    options.signal?.throwIfAborted();
    options.onStep?.('Start the machine');
    this.sandboxes.set(spec.id, spec);
    this.made++;
    this.making++;
    try {
      await Promise.all([this.onCreate(spec, options.signal), options.onShells?.(sandbox)]);
      options.signal?.throwIfAborted();
    } catch (error) {
      this.sandboxes.delete(spec.id);
      throw error;
    } finally {
      this.making--;
    }
    return sandbox;
  }

  exec(
    sandbox: SandboxRef,
    _machine: string,
    command: readonly string[],
    _options: ExecOptions = {},
  ): Promise<ExecStream> {
    if (!this.sandboxes.has(sandbox.id)) return Promise.reject(new DrydockError('sandbox-lost'));
    const exec = fakeExec();
    if (command[0]?.endsWith('drydock-pty')) {
      this.shells.push(exec);
      exec.inside.write(holderHello());
    } else {
      // A program that reads its input ends with it, as tar does.
      exec.inside.resume();
      exec.inside.once('end', () => exec.end(this.fail(command) ? 1 : 0));
    }
    return Promise.resolve(exec);
  }

  stat(sandbox: SandboxRef): Promise<SandboxStatus> {
    if (this.stopped.has(sandbox.id)) return Promise.resolve({ state: 'degraded', down: [...sandbox.machines] });
    const there = this.sandboxes.has(sandbox.id);
    return Promise.resolve(there ? { state: 'running', down: [] } : { state: 'gone', down: [...sandbox.machines] });
  }

  async statAll(sandboxes: readonly SandboxRef[]): Promise<Map<string, SandboxStatus>> {
    return new Map(await Promise.all(sandboxes.map(async (s) => [s.id, await this.stat(s)] as const)));
  }

  async revive(sandbox: SandboxRef): Promise<void> {
    await this.onRevive(sandbox);
    if (!this.sandboxes.has(sandbox.id)) throw new DrydockError('sandbox-lost');
    this.stopped.delete(sandbox.id);
  }

  async destroy(id: string): Promise<void> {
    await this.onDestroy(id);
    this.sandboxes.delete(id);
    this.stopped.delete(id);
  }

  async list(): Promise<string[]> {
    await this.onList();
    return [...this.sandboxes.keys()];
  }

  watch(onLost: (lost: LostPart) => void, onReturn: () => void = () => undefined): Disposable {
    const watcher = { onLost, onReturn };
    this.#watchers.add(watcher);
    return { [Symbol.dispose]: () => void this.#watchers.delete(watcher) };
  }

  room(): Promise<HostRoom> {
    return this.hostRoom instanceof Error ? Promise.reject(this.hostRoom) : Promise.resolve(this.hostRoom);
  }

  /** What its sandboxes cannot do. */
  lacking: readonly Feature[] = [];

  lacks(needs: readonly Feature[]): Promise<Feature[]> {
    return Promise.resolve(needs.filter((need) => this.lacking.includes(need)));
  }

  get watchers(): number {
    return this.#watchers.size;
  }

  /** A machine dies. */
  lose(lost: LostPart): void {
    if (lost.reason !== 'programKilled') this.stopped.add(lost.id);
    for (const { onLost } of this.#watchers) onLost(lost);
  }

  /** The engine was restarted: no machine runs any more. */
  restartEngine(): void {
    for (const id of this.sandboxes.keys()) this.stopped.add(id);
    for (const { onReturn } of this.#watchers) onReturn();
  }
}
