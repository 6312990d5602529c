import { hostname } from 'node:os';
import type Docker from 'dockerode';
import { isAlive } from '../../process-alive.ts';
import { CLUSTER_LABEL } from './labels.ts';

/** Removes clusters that temporary owners of this machine left when they were killed. */
export async function sweepClusters(docker: Docker): Promise<void> {
  const filters = { label: [CLUSTER_LABEL.owner] };
  for (const { Id, Labels } of await docker.listContainers({ all: true, filters }))
    if (isDead(Labels[CLUSTER_LABEL.owner])) await docker.getContainer(Id).remove({ force: true, v: true });
  for (const { Id, Labels } of await docker.listNetworks({ filters }))
    if (isDead(Labels?.[CLUSTER_LABEL.owner])) await docker.getNetwork(Id).remove();
}

function isDead(owner: string | undefined): boolean {
  const [prefix, host, pid] = owner?.split('/') ?? [];
  return prefix === 'temporary' && host === hostname() && !isAlive(Number(pid));
}
