/** Everything that can be set. Times in milliseconds. */
export interface Config {
  host: string;
  port: number;
  /** State: the database, and the server's id on the engine. */
  dataDir: string;
  /** The built site. */
  siteDir: string;
  contentDir: string;
  sessions: SessionLimits;
  pool: PoolLimits;
  logLevel: 'debug' | 'info' | 'warn' | 'error' | 'silent';
}

export interface SessionLimits {
  /** Ends when nothing is typed, clicked or run for this long. Default 30 minutes. */
  idleMs: number;
  /** Ends after this long unless extended. Default 60 minutes. */
  lifetimeMs: number;
  /** What one extension adds. Default 30 minutes. */
  extendMs: number;
  /** The longest that extending can make it. Default 4 hours. */
  maxLifetimeMs: number;
  /** On the whole server, when the host has room for them (session/admission). Default 100. */
  maxSessions: number;
  /** Nothing new starts when the host has less left. Default a tenth of its memory and a twentieth of its disk. */
  reserve?: { memoryBytes?: number | undefined; diskBytes?: number | undefined };
  /** What one lab takes of the host on average: places are counted by it. Default as measured (session/admission/capacity). */
  footprint?: { memoryBytes?: number | undefined; cpus?: number | undefined; diskBytes?: number | undefined };
  /** Of one learner at a time. Default 2. */
  maxPerLearner: number;
  /** In one session. Default 8. */
  maxTerminals: number;
}

/** Of sandboxes that run before somebody wants them. */
export interface PoolLimits {
  /** Default 3; 0 switches it off. */
  total: number;
  /** For lessons with the same kind of sandbox. Default 2. */
  perKind: number;
}

export const DEFAULT_POOL: PoolLimits = { total: 3, perKind: 2 };

const MINUTE = 60_000;

export function defaultSessionLimits(): SessionLimits {
  return {
    idleMs: 30 * MINUTE,
    lifetimeMs: 60 * MINUTE,
    extendMs: 30 * MINUTE,
    maxLifetimeMs: 240 * MINUTE,
    maxSessions: 100,
    maxPerLearner: 2,
    maxTerminals: 8,
  };
}

/** Reads what the environment says; the only place of the server that does. */
export function configFromEnvironment(environment: NodeJS.ProcessEnv): Partial<Config> {
  const level = environment['DRYDOCK_LOG'];
  if (level === undefined || level === '') return {};
  if (level === 'debug' || level === 'info' || level === 'warn' || level === 'error' || level === 'silent')
    return { logLevel: level };
  throw new Error(`DRYDOCK_LOG is “${level}”. It takes debug, info, warn, error or silent.`);
}
