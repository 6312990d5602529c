import type Docker from 'dockerode';

/** Long enough for a slow line, short enough not to hold up a machine without one. */
const PROBE_MS = 3000;

const DOCKER_HUB = 'registry-1.docker.io';

/** A registry with Docker Hub's images. */
export interface Registry {
  /** `debian:13-slim` → what the engine is told to pull. */
  reference(name: string): string;
}

/**
 * The registry to take images from: Docker Hub when it answers, another with the same names (`DRYDOCK_REGISTRY`), or
 * none (`DRYDOCK_REGISTRY=none`).
 */
export async function findRegistry(configured: string | undefined): Promise<Registry | undefined> {
  if (configured === 'none') return undefined;
  if (configured !== undefined && configured !== '')
    return { reference: (name) => `${configured}/${name.includes('/') ? '' : 'library/'}${name}` };
  try {
    // It answers 401 without a login; any answer of its own will do.
    const answer = await fetch(`https://${DOCKER_HUB}/v2/`, { signal: AbortSignal.timeout(PROBE_MS) });
    return answer.headers.has('docker-distribution-api-version') ? { reference: (name) => name } : undefined;
  } catch {
    return undefined;
  }
}

export async function pull(docker: Docker, reference: string): Promise<void> {
  const stream = await docker.pull(reference);
  await new Promise<void>((resolve, reject) => {
    docker.modem.followProgress(stream, (error: Error | null) => (error ? reject(error) : resolve()));
  });
}
