import type Docker from 'dockerode';
import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { isAlive } from '../../process-alive.ts';
import { owners, removeAll } from './removal.ts';

/** An owner for sandboxes that must not outlive this process: those of `npm run verify` and of tests. */
export function temporaryOwner(): string {
  return [PREFIX, hostname(), String(process.pid), randomBytes(4).toString('hex')].join('/');
}

const PREFIX = 'temporary';

/** Removes what temporary owners of this machine left on the engine when they were killed. Returns how many there were. */
export async function sweepTemporaryOwners(docker: Docker): Promise<number> {
  const dead = (await owners(docker)).filter((owner) => {
    const [prefix, host, pid] = owner.split('/');
    return prefix === PREFIX && host === hostname() && !isAlive(Number(pid));
  });
  for (const owner of dead) await removeAll(docker, owner);
  return dead.length;
}
