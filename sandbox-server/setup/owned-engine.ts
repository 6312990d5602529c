import { spawn } from 'node:child_process';
import { copyFile, mkdir, open, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import Docker from 'dockerode';
import { LABEL } from '../backend/docker/labels.ts';
import { PRIVILEGED_RUNTIME } from '../backend/docker/tier.ts';
import { probe } from './engine-probe.ts';
import { Leases } from './leases.ts';
import { isAlive } from '../process-alive.ts';
import { withLock } from './lock.ts';
import { asRoot, type Privilege } from './privilege.ts';
import { runCommand } from './run-command.ts';
import { SetupError } from './setup-error.ts';
import type { EngineHandle, Host } from './types.ts';

/** dockerd answers within two seconds on a small machine; this leaves room for a busy one with many containers. */
const START_MS = 60_000;
/** dockerd stops its containers first. */
const STOP_MS = 20_000;
const POLL_MS = 50;
/** An engine that cannot say within this what runs on it is to be stopped. */
const LIST_MS = 10_000;
const LOG_LIMIT_BYTES = 20 * 1024 ** 2;

/** Of /27: about 2000 networks, where Docker's own pools have room for 31. */
const ADDRESS_POOL = 'base=10.213.0.0/16,size=27';

/** Programs that only root usually has on its PATH. */
export function withSystemPath(env: Host['env']): Host['env'] {
  return { ...env, PATH: `${env['PATH'] ?? ''}:/usr/local/sbin:/usr/sbin:/sbin` };
}

/**
 * The dockerd of our own. There is one on a machine, whoever started it: two would fight over the packet filter. It
 * outlives a server that was killed, and the next one takes it over.
 */
export class OwnedEngine {
  readonly #host: Host;
  readonly #dataDir: string;
  readonly #runDir: string;
  readonly #leases: Leases;

  constructor(host: Host, dataDir: string, runDir = '/run/drydock/engine') {
    this.#host = host;
    this.#dataDir = join(dataDir, 'engine');
    this.#runDir = runDir;
    this.#leases = new Leases(join(runDir, 'leases'));
  }

  get socketPath(): string {
    return join(this.#runDir, 'docker.sock');
  }

  /** Takes over the running one, if there is one. */
  async adopt(privilege: Privilege): Promise<EngineHandle | undefined> {
    if ((await stat(this.socketPath).catch(() => undefined)) === undefined) return undefined;
    return this.#locked(async () => {
      const answer = await probe({ dockerodeOptions: { socketPath: this.socketPath } });
      return answer.answers ? this.#lease(answer.version, privilege) : undefined;
    });
  }

  /** Starts one, or takes over the one that another process started meanwhile. */
  async start(privilege: Privilege): Promise<EngineHandle> {
    await this.#prepareFolders(privilege);
    return this.#locked(async () => {
      const version = (await this.#running()) ?? (await this.#launch(privilege));
      return this.#lease(version, privilege);
    });
  }

  async #lease(version: string, privilege: Privilege): Promise<EngineHandle> {
    await this.#leases.take();
    let released: Promise<void> | undefined;
    return {
      socketPath: this.socketPath,
      dockerodeOptions: { socketPath: this.socketPath },
      version,
      owned: true,
      description: `Docker Engine ${version} of its own at ${this.socketPath}`,
      release: () => (released ??= this.#release(privilege)),
    };
  }

  async #release(privilege: Privilege): Promise<void> {
    await this.#locked(async () => {
      await this.#leases.give();
      if ((await this.#leases.holders()).length > 0 || (await this.#carriesLabs())) return;
      const pid = await this.#pid();
      if (pid === undefined) return;
      await runCommand(asRoot(privilege, ['kill', '-TERM', String(pid)]), { env: this.#host.env });
      const deadline = Date.now() + STOP_MS;
      while (isAlive(pid) && Date.now() < deadline) await sleep(POLL_MS);
    });
  }

  /** A server that ended without ending its labs left them to the next one: they need the engine until then. */
  async #carriesLabs(): Promise<boolean> {
    const docker = new Docker({ socketPath: this.socketPath, timeout: LIST_MS });
    const running = await docker.listContainers({ filters: { label: [LABEL.owner] } }).catch(() => []);
    return running.length > 0;
  }

  /** Waits for one that is just starting or stopping; clears away what one that died has left. */
  async #running(): Promise<string | undefined> {
    const deadline = Date.now() + STOP_MS;
    for (;;) {
      const answer = await probe({ dockerodeOptions: { socketPath: this.socketPath } });
      if (answer.answers) return answer.version;
      if ((await this.#pid()) === undefined || Date.now() > deadline) return undefined;
      await sleep(POLL_MS);
    }
  }

  async #launch(privilege: Privilege): Promise<string> {
    await this.#clearStale(privilege);
    const logPath = join(this.#dataDir, 'dockerd.log');
    if (((await stat(logPath).catch(() => undefined))?.size ?? 0) > LOG_LIMIT_BYTES)
      await rename(logPath, `${logPath}.1`);
    const runtime = join(this.#dataDir, 'privileged-runtime');
    await copyFile(join(import.meta.dirname, 'privileged-runtime.sh'), runtime);
    const log = await open(logPath, 'a');
    const from = (await log.stat()).size;
    const [program, ...args] = asRoot(privilege, [
      'dockerd',
      ...['--data-root', join(this.#dataDir, 'docker')],
      ...['--exec-root', join(this.#runDir, 'exec')],
      ...['--pidfile', join(this.#runDir, 'dockerd.pid')],
      ...['--host', `unix://${this.socketPath}`],
      ...['--default-address-pool', ADDRESS_POOL],
      ...['--add-runtime', `${PRIVILEGED_RUNTIME}=${runtime}`],
      // Labs go on while the engine is restarted, or has crashed.
      '--live-restore',
      // The socket belongs to root and to this group; without root we get at it through ours.
      ...(privilege === 'root' ? [] : ['--group', String(process.getgid?.() ?? 0)]),
    ]);
    // Detached: a session of its own, so that Ctrl-C on the terminal reaches the server and not the engine under it.
    const env = { ...withSystemPath(this.#host.env), DOCKER_HOST: undefined } as NodeJS.ProcessEnv;
    const child = spawn(program, args, { detached: true, stdio: ['ignore', log.fd, log.fd], env });
    let ended: string | undefined;
    child.once('error', (error) => (ended = error.message));
    child.once('exit', (code, signal) => (ended ??= `it ended with ${signal ?? `code ${code}`}`));
    child.unref();
    try {
      const deadline = Date.now() + START_MS;
      for (;;) {
        const answer = await probe({ dockerodeOptions: { socketPath: this.socketPath } });
        if (answer.answers) return answer.version;
        if (Date.now() > deadline) ended ??= `it did not answer within ${START_MS / 1000} s`;
        if (ended !== undefined) break;
        await sleep(POLL_MS);
      }
      const said = (await readFile(logPath)).subarray(from).toString().trim().split('\n').slice(-5).join('\n');
      throw new SetupError({
        what: `The container engine (dockerd) could not be started: ${ended}.\n${said}\n`,
        fix: `Its whole log is in ${logPath}. Mend what it names, or start an engine of your own and run this again.`,
      });
    } finally {
      await log.close();
    }
  }

  /** A killed dockerd leaves files that stop the next one when their process ids have been given to others since. */
  async #clearStale(privilege: Privilege): Promise<void> {
    const containerd = join(this.#runDir, 'exec', 'containerd', 'containerd.pid');
    const stale = [join(this.#runDir, 'dockerd.pid'), this.socketPath];
    if (!(await isProgram(await readPid(containerd), 'containerd'))) stale.push(containerd);
    await runCommand(asRoot(privilege, ['rm', '-f', ...stale]), { env: this.#host.env });
  }

  async #pid(): Promise<number | undefined> {
    const pid = await readPid(join(this.#runDir, 'dockerd.pid'));
    return (await isProgram(pid, 'dockerd')) ? pid : undefined;
  }

  async #prepareFolders(privilege: Privilege): Promise<void> {
    await mkdir(this.#dataDir, { recursive: true });
    if (privilege === 'root') {
      await mkdir(this.#runDir, { recursive: true });
    } else {
      const { env, uid } = this.#host;
      await runCommand(asRoot(privilege, ['install', '-d', '-o', String(uid), this.#runDir]), { env });
    }
    await rm(join(this.#runDir, 'leases', String(process.pid)), { force: true });
  }

  #locked<T>(work: () => Promise<T>): Promise<T> {
    return withLock(join(this.#runDir, 'lock'), work);
  }
}

async function readPid(path: string): Promise<number | undefined> {
  const pid = Number(await readFile(path, 'utf8').catch(() => ''));
  return pid > 0 ? pid : undefined;
}

async function isProgram(pid: number | undefined, name: string): Promise<boolean> {
  if (pid === undefined) return false;
  const running = await readFile(`/proc/${pid}/comm`, 'utf8').catch(() => '');
  return running.trim() === name;
}
