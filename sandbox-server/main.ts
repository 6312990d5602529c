import { flushCompileCache } from 'node:module';
import { fileURLToPath } from 'node:url';
import { pino } from 'pino';
import { createApp } from './app.ts';
import type { Authoring } from './authoring/follow-changes.ts';
import {
  configFromEnvironment,
  DEFAULT_POOL,
  defaultSessionLimits,
  type Config,
  type PoolLimits,
  type SessionLimits,
} from './config.ts';
import { HAND_OVER, RunningServer } from './running-server.ts';
import type { Upstreams } from './backend/docker/cache.ts';
import type { TriedTier } from './backend/docker/tier.ts';
import type { ClusterMaterials } from './setup/kubernetes/cluster-materials.ts';
import type { EngineHandle, ImageSet, Problem } from './setup/types.ts';

export interface MainOptions {
  host: string;
  port: number;
  dataDir: string;
  /** The built site. */
  siteDir: string;
  /** Null: no engine; the site is there to read, and the labs say `engineProblem`. */
  engine: EngineHandle | null;
  engineProblem?: Problem;
  images: ImageSet | null;
  /** Where the package cache gets packages from. Default: nowhere. */
  upstreams?: Upstreams;
  /** As AppOptions.cluster. */
  cluster?: ClusterMaterials | undefined;
  /** How sandboxes are kept in. Default rootless. */
  tier?: TriedTier;
  /** Default this checkout's. */
  contentDir?: string;
  /** Instead of the defaults. */
  sessions?: Partial<SessionLimits>;
  pool?: Partial<PoolLimits>;
  /** As AppOptions.authoring. */
  authoring?: Authoring;
  /** Takes the place of the server that runs on this data folder, with its labs. */
  replace?: boolean;
}

const CONTENT = fileURLToPath(new URL('../content', import.meta.url));

/**
 * Runs the server until it is told to end. Resolves when everything of it is gone; rejects when it cannot start.
 *
 * Whoever says stop (Ctrl-C, SIGTERM) ends all labs with it. When nobody said so, the labs are left to the next server on this
 * data folder: it is replaced, its terminal was closed, the process that started it was killed and could not stop it any more.
 */
export async function main(options: MainOptions): Promise<void> {
  const config: Config = {
    host: options.host,
    port: options.port,
    dataDir: options.dataDir,
    siteDir: options.siteDir,
    contentDir: options.contentDir ?? CONTENT,
    sessions: { ...defaultSessionLimits(), ...options.sessions },
    pool: { ...DEFAULT_POOL, ...options.pool },
    logLevel: 'warn',
    ...configFromEnvironment(process.env),
  };
  const log = pino({ level: config.logLevel, base: null }, pino.destination(2));
  const told = new Promise<'remove' | 'keep'>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve('remove'));
    for (const event of [HAND_OVER, 'disconnect'] as const) process.once(event, () => resolve('keep'));
  });
  const running = new RunningServer(config.dataDir);
  if (options.replace === true) await running.handOver();
  const app = await createApp({
    config,
    log,
    engine: options.engine,
    images: options.images,
    ...(options.upstreams === undefined ? {} : { upstreams: options.upstreams }),
    ...(options.cluster === undefined ? {} : { cluster: options.cluster }),
    ...(options.tier === undefined ? {} : { tier: options.tier }),
    ...(options.authoring === undefined ? {} : { authoring: options.authoring }),
    ...(options.engineProblem === undefined ? {} : { engineProblem: options.engineProblem }),
  });

  // Labs of before may have been taken up already when the port turns out to be taken.
  let sandboxes: 'remove' | 'keep' = 'keep';
  try {
    const address = await app.listen();
    await running.announce({ host: config.host, port: Number(new URL(address).port) || config.port });
    console.log(`\n  Drydock is ready: ${address}\n`);
    // Otherwise it is written when a process ends, which one that is killed does not.
    flushCompileCache();
    if (options.engineProblem)
      console.log(`  Labs are off: ${options.engineProblem.what} ${options.engineProblem.fix}\n`);
    sandboxes = await told;
    console.log(
      sandboxes === 'remove'
        ? '\n  Stopping: removing sandboxes…'
        : '\n  Ending: labs go on, and the next start takes them up.',
    );
  } finally {
    await app.close(sandboxes);
    if (sandboxes === 'remove') await running.forget();
    await options.engine?.release();
  }
}
