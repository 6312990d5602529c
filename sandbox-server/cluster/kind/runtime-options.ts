import type Docker from 'dockerode';

/** What makes nodes with this container runtime, where the engine offers it: options of `docker run`. */
export async function runtimeOptions(docker: Docker, runtime: string): Promise<string[]> {
  const { Runtimes = {} } = (await docker.info()) as { Runtimes?: Record<string, unknown> };
  return runtime in Runtimes ? ['--runtime', runtime] : [];
}
