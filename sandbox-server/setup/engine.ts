import { stat } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { loadEngineProfile } from './apparmor.ts';
import { engineEndpoints, type Endpoint } from './engine-endpoints.ts';
import { probe } from './engine-probe.ts';
import { OwnedEngine, withSystemPath } from './owned-engine.ts';
import { aptInstall, isDebianLike, privilegeOf } from './privilege.ts';
import { succeeds } from './run-command.ts';
import { SetupError } from './setup-error.ts';
import type { EngineHandle, Host, Problem, Progress } from './types.ts';

/** How long the engine that a package's installation starts may take to answer. */
const SERVICE_START_MS = 10_000;

const PACKAGES = ['docker.io', 'iptables', 'ca-certificates'] as const;

export interface EngineOptions {
  host: Host;
  dataDir: string;
  progress: Progress;
  /** May software be installed on this machine? Asked at most once, with a question for people. */
  confirm: (question: string) => Promise<boolean>;
}

export type EngineResult = { engine: EngineHandle; problem?: undefined } | { engine: null; problem: Problem };

/** Finds an engine, else starts one, else installs and starts one; what stands in the way is told, not thrown. */
export async function ensureEngine(options: EngineOptions): Promise<EngineResult> {
  const ready = await findOrStart(options);
  if (ready.engine !== null) await loadEngineProfile({ ...options, engine: ready.engine });
  return ready;
}

async function findOrStart(options: EngineOptions): Promise<EngineResult> {
  const found = await findEngine(options.host, options.dataDir);
  if (found.engine !== null || found.final) return found;
  try {
    return await startEngine(options, found.problem);
  } catch (error) {
    if (error instanceof SetupError) return { engine: null, problem: error.problem };
    throw error;
  }
}

/** Looks for an engine that runs. `final`: there is a reason not to start another. */
export async function findEngine(host: Host, dataDir: string): Promise<EngineResult & { final?: boolean }> {
  const owned = new OwnedEngine(host, dataDir);
  const endpoints = await engineEndpoints(host);
  const others = endpoints.filter(({ socketPath }) => socketPath !== owned.socketPath);
  const failures: { endpoint: Endpoint; why: string; message: string }[] = [];
  for (const endpoint of others) {
    const answer = await probe(endpoint);
    if (answer.answers) return { engine: foreignEngine(endpoint, answer.version) };
    failures.push({ endpoint, ...answer });
  }
  const adopted =
    others.length < endpoints.length || endpoints[0]?.because !== 'DOCKER_HOST'
      ? await owned.adopt(await privilegeOf(host))
      : undefined;
  if (adopted !== undefined) return { engine: adopted };

  const forbidden = failures.find(({ why }) => why === 'forbidden');
  if (forbidden !== undefined) {
    return {
      engine: null,
      final: true,
      problem: {
        what: `There is a container engine at ${forbidden.endpoint.address}, but this user may not use it.`,
        fix: 'Run `sudo usermod -aG docker "$USER"`, log out and in again, and start this again.',
      },
    };
  }
  const chosen = failures.find(({ endpoint }) => endpoint.because === 'DOCKER_HOST');
  if (chosen !== undefined) {
    return {
      engine: null,
      final: true,
      problem: {
        what: `DOCKER_HOST names ${chosen.endpoint.address}, where no container engine answers (${chosen.message}).`,
        fix: 'Start that engine, or unset DOCKER_HOST to have another one found.',
      },
    };
  }
  return { engine: null, problem: { what: 'No container engine answers on this machine.', fix: installAdvice(host) } };
}

async function startEngine(options: EngineOptions, problem: Problem): Promise<EngineResult> {
  const { host, dataDir, progress, confirm } = options;
  if (host.platform !== 'linux') return { engine: null, problem };
  const privilege = await privilegeOf(host);
  if (privilege === 'none') return { engine: null, problem };
  const installed = await succeeds(['sh', '-c', 'command -v dockerd'], { env: withSystemPath(host.env) });
  if (!installed) {
    if (!(await isDebianLike(host))) return { engine: null, problem };
    const question = 'No container engine answers on this machine. Install Debian’s package docker.io now?';
    if (!(await confirm(question))) {
      const fix =
        'Run `npm start -- --yes` to have docker.io installed with apt-get, or install a container engine yourself and start this again.';
      return { engine: null, problem: { ...problem, fix } };
    }
    const done = progress.step('installing docker.io with apt-get');
    try {
      await aptInstall(host, privilege, PACKAGES);
    } catch (error) {
      throw new SetupError(
        {
          what: `docker.io could not be installed: ${error instanceof Error ? error.message : String(error)}`,
          fix: 'Mend what apt-get names, or install a container engine yourself, and run this again.',
        },
        { cause: error },
      );
    }
    done();
    const service = await startedService(host, dataDir);
    if (service !== undefined) return { engine: service };
  }
  const done = progress.step('starting a container engine');
  const engine = await new OwnedEngine(host, dataDir).start(privilege);
  done(`version ${engine.version}`);
  return { engine };
}

/** Where systemd runs, installing the package has started an engine already. */
async function startedService(host: Host, dataDir: string): Promise<EngineHandle | undefined> {
  if ((await stat('/run/systemd/system').catch(() => undefined)) === undefined) return undefined;
  const deadline = Date.now() + SERVICE_START_MS;
  while (Date.now() < deadline) {
    const { engine, final, problem } = await findEngine(host, dataDir);
    if (engine !== null) return engine;
    if (final === true && problem !== undefined) throw new SetupError(problem);
    await sleep(200);
  }
  return undefined;
}

function foreignEngine(endpoint: Endpoint, version: string): EngineHandle {
  return {
    socketPath: endpoint.socketPath,
    dockerodeOptions: endpoint.dockerodeOptions,
    version,
    owned: false,
    description: `Docker Engine ${version} at ${endpoint.address} (${endpoint.because})`,
    release: () => Promise.resolve(),
  };
}

function installAdvice({ platform }: Host): string {
  if (platform === 'darwin' || platform === 'win32')
    return 'Install and start Docker Desktop (https://docs.docker.com/get-docker/), then start this again.';
  return 'Install Docker Engine (on Debian or Ubuntu: `sudo apt-get install docker.io`) and start it, then start this again.';
}
