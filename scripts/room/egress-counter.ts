import type Docker from 'dockerode';
import { LABEL, ownedBy } from '../../sandbox-server/backend/docker/labels.ts';
import { egressName } from '../../sandbox-server/backend/docker/names.ts';
import { execInContainer } from '../../sandbox-server/backend/docker/exec.ts';

/**
 * Counts at the egress path: packets of the one container that has a way out, on the one network that leads there, to
 * addresses beyond that network. Returns bytes sent since it was made.
 */
export function egressCounter(docker: Docker, owner: string): () => Promise<{ sent: number }> {
  return async () => {
    const filters = ownedBy(owner);
    filters.label.push(`${LABEL.role}=cache`);
    const [cache] = await docker.listContainers({ filters });
    if (cache === undefined) throw new Error('there is no container with a way out to count at');
    const container = docker.getContainer(cache.Id);
    const { NetworkSettings } = await container.inspect();
    const mac = NetworkSettings.Networks[egressName(owner)]?.MacAddress;
    const run = await execInContainer(container, ['/bin/sh', '-c', READ], { env: { MAC: mac ?? '' } });
    run.stderr.resume();
    let printed = '';
    for await (const chunk of run.stream) printed += String(chunk);
    const sent = Number.parseInt(printed, 10);
    if (Number.isNaN(sent)) throw new Error('the egress interface could not be read');
    return { sent };
  };
}

const READ = `for i in /sys/class/net/*; do [ "$(cat $i/address)" = "$MAC" ] && cat $i/statistics/tx_bytes; done`;
