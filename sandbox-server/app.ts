import Docker from 'dockerode';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Upstreams } from './backend/docker/cache.ts';
import { DockerBackend } from './backend/docker/docker-backend.ts';
import { ROOTLESS, type TriedTier } from './backend/docker/tier.ts';
import { systemClock } from './clock.ts';
import type { Config } from './config.ts';
import { DrydockError } from './errors.ts';
import { buildHttp } from './gateway/http.ts';
import { OpenSockets } from './gateway/open-sockets.ts';
import { serveSockets } from './gateway/sockets.ts';
import { type Authoring, followChanges } from './authoring/follow-changes.ts';
import { ExplainedChecks } from './authoring/explained-checks.ts';
import { LessonSource } from './lesson-source.ts';
import { CheckWorkers } from './grader/worker/check-workers.ts';
import type { Log } from './log.ts';
import { ownerOf } from './owner.ts';
import type { StatusView } from './protocol/views.ts';
import { WarmPool } from './session/pool/warm-pool.ts';
import { SessionRegistry } from './session/registry.ts';
import type { ClusterMaterials } from './setup/kubernetes/cluster-materials.ts';
import type { EngineHandle, ImageSet, Problem } from './setup/types.ts';
import { SqliteStore } from './store/sqlite-store.ts';
import { WithClusters } from './with-clusters.ts';

export interface AppOptions {
  config: Config;
  log: Log;
  engine: EngineHandle | null;
  engineProblem?: Problem;
  images: ImageSet | null;
  /** Where the package cache gets packages from. Default: nowhere. */
  upstreams?: Upstreams;
  /** What Kubernetes clusters are made of. Default: there are none, and labs that need one say so. */
  cluster?: ClusterMaterials;
  /** How sandboxes are kept in. Default rootless. */
  tier?: TriedTier;
  /** The lessons are being written: labs follow their files, and pages come from elsewhere than the built site. */
  authoring?: Authoring;
}

export interface App {
  /** Starts to listen; resolves with the address to open. */
  listen(): Promise<string>;
  /**
   * Stops listening and lets go of everything. `sandboxes`: `remove` ends all sessions; `keep` leaves them, if there are any,
   * for the next server on this data folder. Safe to call twice.
   */
  close(sandboxes: 'remove' | 'keep'): Promise<void>;
}

/** An engine that takes longer than this to say anything counts as gone. */
const PING_MS = 3_000;

/** The composition root: the only place that names concrete classes. */
export async function createApp(options: AppOptions): Promise<App> {
  const { config, log, engine, images, authoring } = options;
  mkdirSync(config.dataDir, { recursive: true });
  const store = new SqliteStore(join(config.dataDir, 'drydock.db'));
  const lessons = await LessonSource.open(config.contentDir, { lenient: authoring !== undefined });

  const docker = engine === null ? undefined : new Docker(engine.dockerodeOptions);
  const owner = ownerOf(config.dataDir);
  const machines =
    docker === undefined || images === null
      ? undefined
      : new DockerBackend({
          ...{ docker, owner, images },
          ...(options.cluster === undefined ? {} : { nodeImage: options.cluster.image.tag }),
          ...(options.upstreams === undefined ? {} : { upstreams: options.upstreams }),
          ...(options.tier === undefined ? {} : { tier: options.tier }),
        });
  const inClusters =
    docker === undefined || machines === undefined || options.cluster === undefined
      ? undefined
      : new WithClusters({ docker, owner, machines, materials: options.cluster, log });
  const backend = inClusters?.backend ?? machines;
  const workers = new CheckWorkers(systemClock);
  const checks = authoring === undefined ? workers : new ExplainedChecks(workers, authoring.tell);
  const sessions =
    backend === undefined
      ? undefined
      : new SessionRegistry(
          {
            ...{ backend, checks, store, log, clock: systemClock, limits: config.sessions },
            ...(inClusters === undefined ? {} : { clusters: inClusters.backend }),
            pool: new WarmPool({ backend, log, clock: systemClock, limits: config.pool }),
          },
          (id) => lessons.lab(id),
        );

  const { tier } = options.tier ?? { tier: ROOTLESS };
  const status = async (): Promise<StatusView> => {
    if (engine === null || docker === undefined || sessions === undefined) {
      const problem = new DrydockError(
        'no-engine',
        options.engineProblem && { detail: options.engineProblem.what, fix: options.engineProblem.fix },
      );
      return { labs: 'unavailable', problem: problem.view() };
    }
    try {
      await withTimeout(docker.ping(), PING_MS);
      return { labs: 'available', engine: `${engine.description}, ${tier.name} sandboxes` };
    } catch (error) {
      return { labs: 'unavailable', problem: new DrydockError('engine-gone', { cause: error }).view() };
    }
  };

  const services = {
    config,
    store,
    clock: systemClock,
    log,
    sessions,
    status,
    sockets: new OpenSockets(),
    lessons,
    ...(authoring === undefined ? {} : { pages: authoring.pages }),
  };
  const http = await buildHttp(services);
  const sockets = serveSockets(http.server, services, (header) => http.parseCookie(header));

  const following =
    authoring === undefined
      ? undefined
      : followChanges({ contentDir: config.contentDir, lessons, sessions, authoring });

  let closing: Promise<void> | undefined;
  const close = async (sandboxes: 'remove' | 'keep') => {
    const keep = sandboxes === 'keep' && store.sessions().length > 0;
    if (keep) sessions?.release();
    else await sessions?.stopAll();
    await (keep ? inClusters?.release() : inClusters?.remove());
    sockets.close();
    following?.[Symbol.dispose]();
    workers[Symbol.dispose]();
    await http.close();
    if (!keep) await machines?.destroyAll();
    store.close();
  };

  return {
    listen: async () => {
      // Sandboxes from before are taken up, and what belongs to none removed, before anybody can ask for one.
      if (machines !== undefined && sessions !== undefined) {
        await machines.prepare();
        await inClusters?.takeUp();
        await sessions.open();
      }
      const address = await http.listen({ host: config.host, port: config.port });
      // Reading all labs takes a moment, which nobody who opens a page should wait for.
      if (inClusters !== undefined) {
        const needsShared = await lessons.anyLab(({ sandbox }) => sandbox.cluster === 'shared');
        if (needsShared) inClusters.shared.expect();
      }
      return address;
    },
    close: (sandboxes) => (closing ??= close(sandboxes)),
  };
}

async function withTimeout(work: Promise<unknown>, ms: number): Promise<void> {
  const timer = new AbortController();
  const late = sleep(ms, undefined, { signal: timer.signal, ref: false }).then(() => {
    throw new Error(`no answer within ${ms} ms`);
  });
  late.catch(() => undefined);
  try {
    await Promise.race([work, late]);
  } finally {
    timer.abort();
  }
}
