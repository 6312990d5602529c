import type Docker from 'dockerode';
import { CACHE_VOLUME } from '../../sandbox-server/backend/docker/cache.ts';
import { LABEL } from '../../sandbox-server/backend/docker/labels.ts';
import { temporaryOwner } from '../../sandbox-server/backend/docker/temporary-owner.ts';

/** A container that never runs, with the package cache's volume in its place: files go in and out of it. */
export async function withCacheVolume<T>(
  docker: Docker,
  image: string,
  work: (container: Docker.Container) => Promise<T>,
): Promise<T> {
  const container = await docker.createContainer({
    Image: image,
    Labels: { [LABEL.owner]: temporaryOwner() },
    HostConfig: { Mounts: [{ Type: 'volume', Source: CACHE_VOLUME, Target: '/var/cache/drydock' }] },
  });
  try {
    return await work(container);
  } finally {
    await container.remove({ force: true });
  }
}
