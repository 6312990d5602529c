import type Docker from 'dockerode';
import { isConflict, isNotFound } from '../../container-engine/statuses.ts';

/** Puts a container on a network under these names, unless it is on it. */
export async function joinNetwork(network: Docker.Network, container: string, names: readonly string[]): Promise<void> {
  try {
    await network.connect({ Container: container, EndpointConfig: { Aliases: [...names] } });
  } catch (error) {
    if (!/already exists in network/.test(String(error))) throw error;
  }
}

/** Succeeds when it is not on it, or when one of the two is not there. */
export async function leaveNetwork(network: Docker.Network, container: string): Promise<void> {
  try {
    await network.disconnect({ Container: container, Force: true });
  } catch (error) {
    if (!isNotFound(error) && !isConflict(error) && !/is not connected/.test(String(error))) throw error;
  }
}
