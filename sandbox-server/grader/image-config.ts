import type { ImageConfig } from '../lab/docker-checks.ts';
import type { RunConfig } from './engine-schemas.ts';
import { envRecord } from './env-record.ts';
import { healthcheckFacts } from './healthcheck-facts.ts';

/** How an image wants to be run, for checks. */
export function imageConfig(config: RunConfig): ImageConfig {
  return {
    env: envRecord(config?.Env ?? []),
    cmd: config?.Cmd ?? [],
    entrypoint: config?.Entrypoint ?? [],
    workingDir: config?.WorkingDir ?? '',
    user: config?.User ?? '',
    labels: config?.Labels ?? {},
    exposedPorts: config?.ExposedPorts ?? [],
    healthcheck: healthcheckFacts(config?.Healthcheck),
    stopSignal: config?.StopSignal ?? '',
  };
}
