import { type Duplex, duplexPair, PassThrough } from 'node:stream';
import { execToEnd } from '../../../sandbox-server/backend/exec-to-end.ts';
import type { RunCommand } from '../../../sandbox-server/grader/probes.ts';
import type { Backend, ExecOptions, ExecStream, SandboxRef } from '../../../sandbox-server/backend/backend.ts';

/** What a faked command does with its streams. */
export interface FakeProcess {
  command: readonly string[];
  machine: string;
  options: ExecOptions;
  /** The same stream as stdout. */
  stdin: Duplex;
  stdout: Duplex;
  stderr: PassThrough;
  exit: (code: number | null) => void;
}

export const SANDBOX: SandboxRef = { id: 'test', machines: ['host'] };

/** A backend whose commands are functions; counts what it started and what still runs. */
export class FakeBackend implements Backend {
  readonly name = 'fake';
  readonly started: FakeProcess[] = [];
  running = 0;
  readonly #program: (process: FakeProcess) => void;

  constructor(program: (process: FakeProcess) => void) {
    this.#program = program;
  }

  create(): Promise<SandboxRef> {
    return Promise.resolve(SANDBOX);
  }

  exec(
    _sandbox: SandboxRef,
    machine: string,
    command: readonly string[],
    options: ExecOptions = {},
  ): Promise<ExecStream> {
    const [stream, inside] = duplexPair();
    const stderr = new PassThrough();
    const { promise, resolve } = Promise.withResolvers<number | null>();
    let ended = false;
    const exit = (code: number | null) => {
      if (ended) return;
      ended = true;
      this.running--;
      inside.end();
      stderr.end();
      resolve(code);
    };
    this.running++;
    const process = { command, machine, options, stdin: inside, stdout: inside, stderr, exit };
    this.started.push(process);
    this.#program(process);
    stream.on('error', () => exit(null));
    const close = () => {
      exit(null);
      inside.destroy();
    };
    stream.on('close', close);
    return Promise.resolve({ stream, stderr, resize: () => Promise.resolve(), exit: promise, close });
  }

  stat() {
    return Promise.resolve({ state: 'running' as const, down: [] });
  }

  statAll() {
    return Promise.resolve(new Map());
  }

  revive(): Promise<void> {
    return Promise.resolve();
  }

  destroy(_id: string): Promise<void> {
    return Promise.resolve();
  }

  list(): Promise<string[]> {
    return Promise.resolve([]);
  }

  watch(): Disposable {
    return { [Symbol.dispose]: () => undefined };
  }

  lacks() {
    return Promise.resolve([]);
  }

  room() {
    const plenty = { totalBytes: 2 ** 40, availableBytes: 2 ** 40 };
    return Promise.resolve({ cpus: 64, memory: plenty, disk: plenty });
  }
}

/** Answers every command with the same output and code. */
export function replying(stdout: string, code = 0, stderr = ''): FakeBackend {
  return new FakeBackend((process) => {
    process.stdin.resume();
    process.stdout.write(stdout);
    process.stderr.write(stderr);
    process.exit(code);
  });
}

/** Runs commands on it as checks do. */
export const runOn =
  (backend: Backend): RunCommand =>
  (command, options) =>
    execToEnd(backend, SANDBOX, 'host', command, options);
