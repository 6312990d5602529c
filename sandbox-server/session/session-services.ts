import type { Backend } from '../backend/backend.ts';
import type { SandboxClusters } from '../cluster/cluster.ts';
import type { Clock } from '../clock.ts';
import type { SessionLimits } from '../config.ts';
import type { CheckRunner } from '../grader/check-runner.ts';
import type { Log } from '../log.ts';
import type { Store } from '../store/store.ts';
import type { WarmPool } from './pool/warm-pool.ts';

/** What sessions work with. */
export interface SessionServices {
  backend: Backend;
  checks: CheckRunner;
  store: Store;
  clock: Clock;
  limits: SessionLimits;
  log: Log;
  /** Where there are clusters for sandboxes. */
  clusters?: SandboxClusters;
  /** Without one every sandbox is made when it is asked for. */
  pool?: WarmPool;
}
