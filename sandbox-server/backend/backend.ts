import type { Duplex, Readable } from 'node:stream';
import type { ClusterKind } from '../lab/clusters.ts';
import type { Feature } from '../lab/lab.ts';

/** Makes sandboxes. One contract suite (test/contract) runs against every implementation. */
export interface Backend {
  /** `docker` */
  readonly name: string;
  /** Starts everything of a sandbox; on failure nothing of it is left. */
  create(spec: SandboxSpec, options?: CreateOptions): Promise<SandboxRef>;
  /** Runs a command on a machine as a byte stream. */
  exec(sandbox: SandboxRef, machine: string, command: readonly string[], options?: ExecOptions): Promise<ExecStream>;
  /** Is every part of it there and running? */
  stat(sandbox: SandboxRef): Promise<SandboxStatus>;
  /** The same of many at once, by id. */
  statAll(sandboxes: readonly SandboxRef[]): Promise<Map<string, SandboxStatus>>;
  /**
   * Starts what is stopped of a sandbox again: its files are there, what ran in it is not. Resolves when all of it works.
   * Rejects with `sandbox-lost` when a part is missing.
   */
  revive(sandbox: SandboxRef, options?: { signal?: AbortSignal }): Promise<void>;
  /**
   * Copies the disks of all machines, and what a private registry has, as they are just now, so that sandboxes can be made from them. Not every backend can, then it is not
   * there; nor every host, and no disk that is written to without a pause: then there is no copy. What is not on a disk is in no copy:
   * running programs, `/tmp`, what engines remember of events.
   */
  copyDisks?(sandbox: SandboxRef, options?: { signal?: AbortSignal }): Promise<DisksCopy | undefined>;
  /** Removes everything of it. Succeeds when nothing is there. */
  destroy(id: string): Promise<void>;
  /** Ids of all sandboxes that have anything left of them, by label. */
  list(): Promise<string[]>;
  /**
   * Calls back when a sandbox lost a part (crash, out of memory, engine restart) or a program, until disposed. `onReturn`: the engine was
   * away and answers again; what was lost meanwhile is not told one by one.
   */
  watch(onLost: (lost: LostPart) => void, onReturn?: () => void): Disposable;
  /** What the host of the sandboxes has left just now. */
  room(): Promise<HostRoom>;
  /** Those of a lab's needs that sandboxes of this backend cannot meet on this host. */
  lacks(needs: readonly Feature[]): Promise<Feature[]>;
}

export interface LostPart {
  id: string;
  machine: string;
  /**
   * `programKilled`: there was not enough memory for a program of the machine, and the machine goes on without it. `diskFull`: the
   * machine was stopped since it has more on the host's disk than it may, where disks cannot be bounded otherwise.
   */
  reason: 'died' | 'outOfMemory' | 'programKilled' | 'diskFull';
}

export interface CreateOptions {
  signal?: AbortSignal;
  /** A step begins. */
  onStep?: (step: string) => void;
  /** All shells take commands; their engines may still be starting. Creating waits for it, and fails as it does. */
  onShells?: (sandbox: SandboxRef) => Promise<void>;
  /** Its machines begin with these disks instead of empty ones. */
  from?: DisksCopy;
}

/** Disks of a sandbox at one moment, for as long as it is not disposed of. Outlives that sandbox, not this process. */
export interface DisksCopy extends AsyncDisposable {
  /** Of the sandbox that was copied; one that is made from it has the same. */
  readonly machines: readonly string[];
}

export interface HostRoom {
  cpus: number;
  memory: { totalBytes: number; availableBytes: number };
  /** Of the file system that sandboxes write to. */
  disk: { totalBytes: number; availableBytes: number };
}

export interface SandboxSpec extends SandboxRef {
  /** Lower-case letters and digits, 4 to 32; appears in names and labels. */
  id: string;
  /** Machine names, 1 or more: `host`. */
  machines: readonly string[];
  /** Free words for labels: lesson, learner. */
  labels?: Record<string, string>;
  limits?: Partial<MachineLimits>;
  /** A registry of its own, with TLS and a login. Default false. */
  privateRegistry?: boolean;
}

/** For one machine. */
export interface MachineLimits {
  memoryBytes: number;
  cpus: number;
  pids: number;
  /** Home and engine data together. */
  diskBytes: number;
}

/** Enough to find it again after a restart of the server; JSON. */
export interface SandboxRef {
  id: string;
  machines: readonly string[];
  /** The Kubernetes cluster that it has, or has a part of. Default none. */
  cluster?: ClusterKind;
  /** Of a dedicated cluster. Default 1. */
  nodes?: number;
}

export interface SandboxStatus {
  state: 'running' | 'degraded' | 'gone';
  /** The machines that are not running. */
  down: string[];
}

export interface ExecOptions {
  /**
   * Where it runs. `shell` (default): the learner's container, as the learner. `engine`: the container with the
   * daemon, where the learner has no shell. `registry`: the sandbox's private registry, whatever the machine.
   */
  in?: 'shell' | 'engine' | 'registry';
  /** A PTY of this size; default none, and then stderr is separate. */
  tty?: { cols: number; rows: number };
  env?: Record<string, string>;
  workingDir?: string;
  signal?: AbortSignal;
}

/** A running command. */
export interface ExecStream {
  /** Write: standard input. Read: standard output, or all output with a PTY. Backpressure reaches the command. */
  readonly stream: Duplex;
  /** Standard error; ends at once with a PTY. Read it or `resume()` it: a full one holds the command back. */
  readonly stderr: Readable;
  readonly resize: (size: { cols: number; rows: number }) => Promise<void>;
  /** Resolves when the command ended; null when its code is not known (container gone). */
  readonly exit: Promise<number | null>;
  /** Ends the connection; safe to call twice. The command gets a hang-up, not a kill. */
  readonly close: () => void;
}
