import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import type { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import Docker from 'dockerode';
import { withSystemPath } from '../../sandbox-server/setup/owned-engine.ts';
import { runCommand, succeeds } from '../../sandbox-server/setup/run-command.ts';
import { host } from '../../scripts/options.ts';

const START_MS = 60_000;
const POLL_MS = 50;

/** A container engine for one test, which may be restarted: the one that others use may not. */
export class PrivateEngine implements AsyncDisposable {
  readonly docker: Docker;
  readonly dockerodeOptions: { socketPath: string };
  readonly #folder: string;
  readonly #args: readonly string[];
  #child: ChildProcess | undefined;

  private constructor(folder: string, args: readonly string[]) {
    this.#folder = folder;
    this.#args = args;
    this.dockerodeOptions = { socketPath: join(folder, 'docker.sock') };
    this.docker = new Docker(this.dockerodeOptions);
  }

  /** Why there can be none here; undefined when there can. */
  static async hindrance(): Promise<string | undefined> {
    if (host.platform !== 'linux') return 'It needs Linux.';
    if (host.uid !== 0) return 'It needs root, to start an engine of its own.';
    const env = withSystemPath(host.env);
    const programs = ['dockerd', 'ip', 'nsenter'];
    for (const program of programs)
      if (!(await succeeds(['sh', '-c', `command -v ${program}`], { env }))) return `It needs the program ${program}.`;
    return undefined;
  }

  /** With these images of another engine, and further arguments of dockerd. */
  static async start(options: {
    from: object;
    images: readonly string[];
    args?: readonly string[];
  }): Promise<PrivateEngine> {
    const engine = new PrivateEngine(await mkdtemp(join(tmpdir(), 'dd-engine-')), options.args ?? []);
    try {
      await runCommand(['ip', 'netns', 'add', engine.#network], { env: withSystemPath(host.env) });
      await engine.#launch();
      await copyImages(new Docker(options.from), engine.docker, options.images);
    } catch (error) {
      await engine[Symbol.asyncDispose]();
      throw error;
    }
    return engine;
  }

  /** A network namespace of its own: the packet filter of another engine would drop what its containers say to each other. */
  get #network(): string {
    return basename(this.#folder);
  }

  /** As an update of its package does (SIGTERM), or as a crash (SIGKILL). */
  async restart(signal: 'SIGTERM' | 'SIGKILL', awayMs: number): Promise<void> {
    await this.#end(signal);
    await sleep(awayMs);
    await this.#launch();
  }

  async #launch(): Promise<void> {
    const at = (name: string) => join(this.#folder, name);
    const { socketPath } = this.dockerodeOptions;
    await Promise.all([socketPath, at('dockerd.pid')].map((path) => rm(path, { force: true })));
    const args = [
      ...['--data-root', at('data'), '--exec-root', at('exec'), '--pidfile', at('dockerd.pid')],
      ...['--host', `unix://${socketPath}`],
      ...['--bridge', 'none'],
      ...this.#args,
    ];
    const env = { ...withSystemPath(host.env), DOCKER_HOST: undefined } as NodeJS.ProcessEnv;
    const child = spawn('nsenter', [`--net=/run/netns/${this.#network}`, 'dockerd', ...args], {
      stdio: ['ignore', 'ignore', 'pipe'],
      env,
    });
    this.#child = child;
    let said = '';
    child.stderr.on('data', (chunk: Buffer) => (said = `${said}${chunk.toString()}`.slice(-2_000)));
    const deadline = performance.now() + START_MS;
    while (!(await answers(this.docker))) {
      if (child.exitCode !== null || performance.now() > deadline)
        throw new Error(`the private engine did not start:\n${said}`);
      await sleep(POLL_MS);
    }
  }

  async #end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    const child = this.#child;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, 'exit');
    child.kill(signal);
    await gone;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child?.exitCode === null) {
      const containers = await this.docker.listContainers({ all: true }).catch(() => []);
      await Promise.all(
        containers.map(({ Id }) =>
          this.docker
            .getContainer(Id)
            .remove({ force: true, v: true })
            .catch(() => undefined),
        ),
      );
      const networks = await this.docker.listNetworks({ filters: { type: ['custom'] } }).catch(() => []);
      // An engine leaves its bridges behind when it ends.
      for (const { Id } of networks)
        await this.docker
          .getNetwork(Id)
          .remove()
          .catch(() => undefined);
      await this.#end('SIGTERM');
    }
    await this.#unmount();
    await runCommand(['ip', 'netns', 'delete', this.#network], { env: withSystemPath(host.env) }).catch(
      () => undefined,
    );
    await rm(this.#folder, { recursive: true, force: true });
  }

  /** What a crash has left mounted. */
  async #unmount(): Promise<void> {
    const mounts = await readFile('/proc/mounts', 'utf8').catch(() => '');
    const ours = mounts
      .split('\n')
      .map((line) => line.split(' ')[1] ?? '')
      .filter((path) => path.startsWith(`${this.#folder}/`));
    for (const path of ours.toReversed())
      await runCommand(['umount', '-l', path], { env: host.env }).catch(() => undefined);
  }
}

async function answers(docker: Docker): Promise<boolean> {
  return docker.ping().then(
    () => true,
    () => false,
  );
}

async function copyImages(from: Docker, to: Docker, names: readonly string[]): Promise<void> {
  const saved = await new Promise<Readable>((resolve, reject) => {
    const query = names.map((name) => `names=${encodeURIComponent(name)}`).join('&');
    const request = { path: `/images/get?${query}&`, method: 'GET', isStream: true, statusCodes: { 200: true } };
    (from.modem as Modem).dial(request, (error, stream) =>
      stream ? resolve(stream) : reject(error ?? new Error('?')),
    );
  });
  const loading = await to.loadImage(saved, { quiet: true });
  loading.resume();
  await once(loading, 'end');
}

/** Of docker-modem, which has no types here. */
interface Modem {
  dial(options: object, done: (error: Error | null, stream?: Readable) => void): void;
}
