import { posix } from 'node:path';
import type { ContainerFacts } from '../lab/docker-checks.ts';
import { NotYet } from '../lab/not-yet.ts';
import { onlyEntry } from './archive-file.ts';
import { EngineError, type EngineReader, readJson } from './engine-reader.ts';
import { type ContainerInspect, execCreated, execInspect } from './engine-schemas.ts';
import { envRecord } from './env-record.ts';
import { healthcheckFacts } from './healthcheck-facts.ts';
import { demultiplex } from './multiplexed.ts';

/** A chain of symbolic links that is longer goes in circles. */
const MAX_LINKS = 8;

export function containerFacts(container: ContainerInspect, engine: EngineReader, signal: AbortSignal): ContainerFacts {
  const { Config: config, HostConfig: host, State: state } = container;
  const name = container.Name.replace(/^\//, '');
  const subject = `container ${name}`;
  const path = `/containers/${container.Id}`;
  const running = state.Status === 'running' || state.Status === 'paused';
  return {
    subject,
    id: container.Id,
    name,
    image: config.Image,
    imageId: container.Image,
    state: state.Status,
    exitCode: state.ExitCode,
    pid: state.Pid,
    createdAt: new Date(container.Created),
    startedAt: time(state.StartedAt),
    finishedAt: time(state.FinishedAt),
    restarts: container.RestartCount,
    restartPolicy: {
      name: host.RestartPolicy?.Name || 'no',
      retries: host.RestartPolicy?.MaximumRetryCount ?? 0,
    },
    attached: config.AttachStdout ?? false,
    env: envRecord(config.Env),
    cmd: config.Cmd,
    entrypoint: config.Entrypoint,
    hostname: config.Hostname,
    user: config.User,
    labels: config.Labels,
    // What is really published while it runs; what was asked for when it does not.
    ports: ports(running ? container.NetworkSettings.Ports : host.PortBindings),
    mounts: container.Mounts.map((mount) => ({
      type: mount.Type,
      ...(mount.Name === '' ? {} : { name: mount.Name }),
      source: mount.Source,
      destination: mount.Destination,
      writable: mount.RW ?? true,
    })),
    networks: container.NetworkSettings.Networks,
    networkMode: host.NetworkMode,
    limits: {
      memoryBytes: host.Memory,
      cpus: host.NanoCpus > 0 ? host.NanoCpus / 1e9 : host.CpuPeriod > 0 ? host.CpuQuota / host.CpuPeriod : 0,
      pids: host.PidsLimit,
    },
    health: state.Health?.Status ?? 'none',
    healthcheck: healthcheckFacts(config.Healthcheck),
    healthOutput: state.Health?.Log.at(-1)?.Output ?? '',
    logs: async (lines = 200) => {
      const query = { stdout: '1', stderr: '1', tail: String(lines) };
      const bytes = await engine.bytes(`${path}/logs`, { signal, query });
      return (config.Tty ? bytes : demultiplex(bytes).both).toString('utf8');
    },
    exec: async (command) => {
      const notRunning = (observed: string) =>
        new NotYet(`The ${subject} is not running.`, { subject, expected: 'running', observed });
      if (state.Status !== 'running') throw notRunning(state.Status);
      try {
        return await exec(engine, path, command, signal);
      } catch (error) {
        // It ended between the look at it and this: 409 while it is there, 404 once it is removed.
        if (error instanceof EngineError && (error.status === 409 || error.status === 404))
          throw notRunning('it has ended');
        throw error;
      }
    },
    readFile: (file) => readFile(engine, path, subject, file, signal),
  };
}

async function exec(engine: EngineReader, container: string, command: readonly string[], signal: AbortSignal) {
  const body = { Cmd: command, AttachStdout: true, AttachStderr: true };
  const { Id } = await readJson(engine, `${container}/exec`, execCreated, { signal, method: 'POST', body });
  const output = await engine.bytes(`/exec/${Id}/start`, {
    signal,
    method: 'POST',
    body: { Detach: false, Tty: false },
  });
  const { ExitCode } = await readJson(engine, `/exec/${Id}/json`, execInspect, { signal });
  const { stdout, stderr } = demultiplex(output);
  return { exitCode: ExitCode ?? null, stdout: stdout.toString('utf8'), stderr: stderr.toString('utf8') };
}

/** Docker writes year 1 for "never". */
function time(text: string): Date | undefined {
  return Date.parse(text) > 0 ? new Date(text) : undefined;
}

async function readFile(
  engine: EngineReader,
  container: string,
  subject: string,
  file: string,
  signal: AbortSignal,
): Promise<string> {
  let path = posix.resolve('/', file);
  for (let links = 0; links < MAX_LINKS; links++) {
    const entry = await onlyEntry(await archive(engine, container, subject, path, signal));
    if (entry?.type === 'file') return entry.text;
    if (entry?.type !== 'symlink') break;
    path = posix.resolve(posix.dirname(path), entry.linkname);
  }
  throw new NotYet(`${path} in ${subject} is not a file.`, { subject, expected: `a file ${file}` });
}

async function archive(
  engine: EngineReader,
  container: string,
  subject: string,
  path: string,
  signal: AbortSignal,
): Promise<Buffer> {
  try {
    return await engine.bytes(`${container}/archive`, { signal, query: { path } });
  } catch (error) {
    if (!(error instanceof EngineError) || error.status !== 404) throw error;
    throw new NotYet(`There is no file ${path} in ${subject}.`, {
      subject,
      expected: `a file ${path}`,
      observed: 'no such file',
    });
  }
}

function ports(bindings: Record<string, { HostPort: string }[]>): ContainerFacts['ports'] {
  return Object.entries(bindings).flatMap(([key, hosts]) => {
    const [port, protocol = 'tcp'] = key.split('/');
    const container = Number(port);
    // IPv4 and IPv6 are two bindings of one port.
    const published = [...new Set(hosts.map(({ HostPort }) => Number(HostPort)).filter((host) => host > 0))];
    if (published.length === 0) return [{ container, protocol }];
    return published.map((host) => ({ host, container, protocol }));
  });
}
