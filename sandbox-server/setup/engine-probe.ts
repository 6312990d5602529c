import Docker from 'dockerode';
import type { Endpoint } from './engine-endpoints.ts';
import { isCode } from './lock.ts';

/** An engine on this machine answers in milliseconds; one across the network gets this long. */
const PING_MS = 2000;

export type Probe =
  { answers: true; version: string } | { answers: false; why: 'absent' | 'forbidden' | 'broken'; message: string };

/** Does an engine answer there? */
export async function probe(endpoint: Pick<Endpoint, 'dockerodeOptions'>): Promise<Probe> {
  try {
    const docker = new Docker({ ...endpoint.dockerodeOptions, timeout: PING_MS });
    const { Version } = await docker.version();
    return { answers: true, version: Version };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    if (isCode(error, 'EACCES') || isCode(error, 'EPERM')) return { answers: false, why: 'forbidden', message };
    const absent = isCode(error, 'ENOENT') || isCode(error, 'ECONNREFUSED');
    return { answers: false, why: absent ? 'absent' : 'broken', message };
  }
}
