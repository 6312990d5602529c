import type Docker from 'dockerode';
import { type AppArmor, chooseAppArmor } from './apparmor.ts';
import { labelsFor } from './labels.ts';

/** What decides how sandboxes are started on an engine, and does not change while it runs. */
export interface EngineHost {
  cpus: number;
  apparmor: AppArmor;
}

/** What a container that finds something out is made with. */
interface Trial {
  owner: string;
  image: string;
}

export async function readEngineHost(docker: Docker, trial: Trial): Promise<EngineHost> {
  const info = (await docker.info()) as { NCPU: number; SecurityOptions?: string[] };
  return {
    cpus: info.NCPU,
    apparmor: await chooseAppArmor(info.SecurityOptions ?? [], (SecurityOpt) =>
      startWith(docker, trial, { SecurityOpt }),
    ),
  };
}

/** Starts a container with these options, and removes it. Rejects with the engine's words when it does not start. */
export async function startWith(docker: Docker, { owner, image }: Trial, options: Docker.HostConfig): Promise<void> {
  const container = await docker.createContainer({
    Image: image,
    Entrypoint: ['true'],
    Labels: labelsFor(owner, 'trial'),
    HostConfig: { NetworkMode: 'none', ...options },
  });
  try {
    await container.start();
  } finally {
    await container.remove({ force: true, v: true });
  }
}
