import type { SessionLimits } from '../../sandbox-server/config.ts';
import type { SessionServices } from '../../sandbox-server/session/session-services.ts';
import { SqliteStore } from '../../sandbox-server/store/sqlite-store.ts';
import { labLesson } from './lab-lesson.ts';
import { localChecks } from './local-checks.ts';
import { ManualClock } from './manual-clock.ts';
import { MemoryBackend } from './memory-backend.ts';
import { RecordingLog } from './recording-log.ts';

export const MINUTE = 60_000;

export interface TestServices extends SessionServices {
  backend: MemoryBackend;
  clock: ManualClock;
  log: RecordingLog;
}

/** What sessions need, all of it in memory. */
export function testServices(limits: Partial<SessionLimits> = {}): TestServices {
  return {
    backend: new MemoryBackend(),
    checks: localChecks(labLesson().lab),
    store: new SqliteStore(':memory:'),
    clock: new ManualClock(),
    log: new RecordingLog(),
    limits: {
      idleMs: 30 * MINUTE,
      lifetimeMs: 60 * MINUTE,
      extendMs: 30 * MINUTE,
      maxLifetimeMs: 120 * MINUTE,
      maxSessions: 5,
      maxPerLearner: 2,
      maxTerminals: 3,
      ...limits,
    },
  };
}
