import type { Healthcheck } from '../lab/docker-checks.ts';
import type { HealthcheckConfig } from './engine-schemas.ts';

const NANOSECONDS = 1e6;

/** Undefined without one; `HEALTHCHECK NONE` is none. */
export function healthcheckFacts(config: HealthcheckConfig): Healthcheck | undefined {
  const test = config?.Test ?? [];
  if (!config || test.length === 0 || test[0] === 'NONE') return undefined;
  const { Interval, Timeout, Retries } = config;
  return { test, intervalMs: Interval / NANOSECONDS, timeoutMs: Timeout / NANOSECONDS, retries: Retries };
}
