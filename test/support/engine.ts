import Docker from 'dockerode';
import { inject } from 'vitest';
import { DockerBackend } from '../../sandbox-server/backend/docker/docker-backend.ts';
import { ownedBy } from '../../sandbox-server/backend/docker/labels.ts';
import { temporaryOwner } from '../../sandbox-server/backend/docker/temporary-owner.ts';

/** A client of the real engine. */
export function realDocker(): Docker {
  return new Docker(inject('dockerodeOptions'));
}

/** A backend on the real engine with an owner of its own; everything of it is removed when disposed. */
export function realBackend(): { backend: DockerBackend; docker: Docker; owner: string } & AsyncDisposable {
  const docker = realDocker();
  const owner = temporaryOwner();
  const backend = new DockerBackend({ docker, owner, images: inject('images') });
  return { backend, docker, owner, [Symbol.asyncDispose]: () => backend.destroyAll() };
}

/** Names of everything of an owner (or of one sandbox of it) that is on the engine. */
export async function leftovers(docker: Docker, owner: string, sandbox?: string): Promise<string[]> {
  const filters = ownedBy(owner, sandbox);
  const [containers, networks, volumes] = await Promise.all([
    docker.listContainers({ all: true, filters }),
    docker.listNetworks({ filters }),
    docker.listVolumes({ filters: filters as never }),
  ]);
  return [
    ...containers.map(({ Names, State }) => `container ${Names[0]} ${State}`),
    ...networks.map(({ Name }) => `network ${Name}`),
    ...(volumes.Volumes ?? []).map(({ Name }) => `volume ${Name}`),
  ];
}
