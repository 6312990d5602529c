import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import Docker from 'dockerode';
import { LABEL, labelsFor, ownedBy } from '../sandbox-server/backend/docker/labels.ts';
import type { MeView, TerminalView } from '../sandbox-server/protocol/views.ts';
import type { ClusterMaterials } from '../sandbox-server/setup/kubernetes/cluster-materials.ts';
import type { ImageSet, Progress } from '../sandbox-server/setup/types.ts';
import { type EventsSocket, Learner } from '../test/support/learner.ts';
import { ServerProcess, type ServerProcessOptions } from '../test/support/server-process.ts';
import { dataFolder, type DataFolder } from '../test/support/test-server.ts';
import { execToEnd } from './exec.ts';
import { ourLine, runs } from './line.ts';

export interface BedOptions {
  dockerodeOptions: object;
  /** The engine's socket on this machine, for ttyd. */
  socketPath: string;
  images: ImageSet;
  /** ttyd's image. */
  ttyd: string;
  progress: Progress;
  /** What clusters are made of, where it is there. */
  cluster: ClusterMaterials | undefined;
}

/** A learner's lab that runs. */
export interface Place {
  learner: Learner;
  session: string;
  events: EventsSocket;
  terminals: TerminalView[];
  leave: () => Promise<void>;
}

/** The only lesson of the benchmarks. */
export const LESSON = 'bench/basics/volume';
/** What a lab takes at which nobody works: counted as learners' labs, fifty would wait on a small host. */
const IDLE_LAB = { memoryBytes: 160 * 1024 ** 2, cpus: 0.01 };
/** How long the machine is left alone between two measurements, so that one does not pay for the other. */
const SETTLE_MS = 1_500;

/** What all measures stand on: an engine, and servers on it. */
export class Bed {
  readonly options: BedOptions;
  readonly docker: Docker;

  constructor(options: BedOptions) {
    this.options = options;
    this.docker = new Docker(options.dockerodeOptions);
  }

  /** A server of this measure's own; it and all that it made are gone when it is disposed. */
  async server(options: Partial<ServerProcessOptions> = {}): Promise<BenchServer> {
    const data = dataFolder();
    return new BenchServer(this.docker, data, await this.process(data, options));
  }

  /** Starts a server on a data folder; as many labs as are asked for, and no warm ones unless they are. */
  process(data: DataFolder, options: Partial<ServerProcessOptions> = {}): Promise<ServerProcess> {
    const { dockerodeOptions, images } = this.options;
    const many = { maxSessions: 1_000, maxPerLearner: 1_000, maxTerminals: 1_000, footprint: IDLE_LAB };
    const sessions = { ...many, ...options.sessions };
    const contentDir = join(import.meta.dirname, 'content');
    return ServerProcess.start(data, { dockerodeOptions, images, contentDir, ...options, sessions });
  }

  needCluster(): ClusterMaterials {
    const { cluster } = this.options;
    if (cluster === undefined) throw new Error('There is nothing to make clusters of: npm run images -- kubernetes');
    return cluster;
  }

  note(line: string): void {
    this.options.progress.note(line);
  }

  settle(): Promise<void> {
    return sleep(SETTLE_MS);
  }
}

export class BenchServer implements AsyncDisposable {
  readonly data: DataFolder;
  process: ServerProcess;
  readonly #docker: Docker;

  constructor(docker: Docker, data: DataFolder, process: ServerProcess) {
    this.#docker = docker;
    this.data = data;
    this.process = process;
  }

  get pid(): number {
    return this.process.child.pid ?? 0;
  }

  /** For containers that are to be swept with the server's own. */
  get labels(): Record<string, string> {
    return labelsFor(this.data.owner, 'shell');
  }

  /** A new learner's lab. */
  async place(): Promise<Place> {
    const learner = new Learner(this.process.url);
    const { session, events } = await learner.ready(LESSON);
    const leave = async () => {
      events.close();
      await learner.request('DELETE', `/api/sessions/${session.id}`);
    };
    return { learner, session: session.id, events, terminals: session.terminals, leave };
  }

  /** Id of the container that a place's terminals are in: the one whose home has the mark that is typed now. */
  async shellOf({ learner, session, terminals }: Place): Promise<string> {
    const line = await ourLine(learner, session, terminals[0]!.id);
    await runs(line, `touch ~/.mark-${session}`);
    line.close();
    const containers = await this.#docker.listContainers({ filters: ownedBy(this.data.owner) });
    for (const { Id, Labels } of containers) {
      if (Labels[LABEL.role] !== 'shell') continue;
      const isIt = await execToEnd(this.#docker, Id, ['test', '-e', `/home/learner/.mark-${session}`]).then(
        () => true,
        () => false,
      );
      if (isIt) return Id;
    }
    throw new Error(`session ${session} has no shell container`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.process[Symbol.asyncDispose]();
    this.data[Symbol.dispose]();
  }
}

/** One more terminal of a lab. */
export async function openTerminal({ learner, session }: Place): Promise<string> {
  const { status, body } = await learner.request('POST', `/api/sessions/${session}/terminals`, { machine: 'host' });
  if (status !== 201) throw new Error(`no further terminal: ${JSON.stringify(body)}`);
  return (body as TerminalView).id;
}

/** The learner's labs that have not ended. */
export async function labsOf(learner: Learner): Promise<number> {
  return ((await learner.request('GET', '/api/me')).body as MeView).sessions.length;
}
