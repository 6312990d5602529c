import type Docker from 'dockerode';
import { ignoreNotModified, isNotFound } from '../../container-engine/statuses.ts';

/** The container of this name, which runs: the one that is there if it was made from the same image, else a new one. */
export async function ensureContainer(
  docker: Docker,
  options: Docker.ContainerCreateOptions & { name: string; Image: string },
): Promise<Docker.Container> {
  try {
    const existing = docker.getContainer(options.name);
    const info = await existing.inspect();
    const image = await docker.getImage(options.Image).inspect();
    if (info.Image === image.Id) {
      if (!info.State.Running) await existing.start().catch(ignoreNotModified);
      return existing;
    }
    await existing.remove({ force: true, v: true });
  } catch (error) {
    if (!isNotFound(error)) throw error;
  }
  const container = await docker.createContainer(options);
  await container.start();
  return container;
}
