import type Docker from 'dockerode';

/** What decides how sandboxes are started on an engine, and does not change while it runs. */
export interface EngineHost {
  cpus: number;
  /** It confines containers by AppArmor. */
  apparmor: boolean;
}

export async function readEngineHost(docker: Docker): Promise<EngineHost> {
  const info = (await docker.info()) as { NCPU: number; SecurityOptions?: string[] };
  return {
    cpus: info.NCPU,
    apparmor: (info.SecurityOptions ?? []).some((option) => option.includes('name=apparmor')),
  };
}
