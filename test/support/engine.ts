import Docker from 'dockerode';
import { inject } from 'vitest';
import { DockerBackend } from '../../sandbox-server/backend/docker/docker-backend.ts';
import { LABEL, ownedBy } from '../../sandbox-server/backend/docker/labels.ts';
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
export function leftovers(docker: Docker, owner: string, sandbox?: string): Promise<string[]> {
  return named(docker, ownedBy(owner, sandbox));
}

/** The same of all its sandboxes, without what they share. */
export function sandboxLeftovers(docker: Docker, owner: string): Promise<string[]> {
  return named(docker, { label: [...ownedBy(owner).label, LABEL.sandbox] });
}

/** Ids of a session's sandboxes of which anything is on the engine: each is the session's own and four digits more. */
export async function sandboxesOf(docker: Docker, owner: string, session: string): Promise<string[]> {
  const names = await leftovers(docker, owner);
  const id = new RegExp(`${session}[0-9a-f]{4}`);
  return [...new Set(names.flatMap((name) => id.exec(name) ?? []))];
}

async function named(docker: Docker, filters: { label: string[] }): Promise<string[]> {
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
