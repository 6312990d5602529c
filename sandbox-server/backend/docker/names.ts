import { createHash } from 'node:crypto';

/** Names on the engine: readable, unique for each server on it. */
export function namesFor(owner: string, sandbox: string) {
  const prefix = `${ownerPrefix(owner)}-${sandbox}`;
  return {
    network: prefix,
    container: (machine: string, role: 'engine' | 'shell') => `${prefix}-${machine}-${role}`,
    registry: `${prefix}-registry`,
    volume: (machine: string, use: 'home' | 'run') => `${prefix}-${machine}-${use}`,
  };
}

export function mirrorName(owner: string): string {
  return `${ownerPrefix(owner)}-mirror`;
}

export function disksName(owner: string): string {
  return `${ownerPrefix(owner)}-disks`;
}

export function usageName(owner: string): string {
  return `${ownerPrefix(owner)}-usage`;
}

export function cacheName(owner: string): string {
  return `${ownerPrefix(owner)}-cache`;
}

export function egressName(owner: string): string {
  return `${ownerPrefix(owner)}-egress`;
}

export function gatewayName(owner: string, sandbox?: string): string {
  return sandbox === undefined ? `${ownerPrefix(owner)}-gateway` : `${ownerPrefix(owner)}-${sandbox}-gateway`;
}

/** Of the volume with kubectl. `content`: what is in it, in words that differ when it does. */
export function kubectlName(owner: string, content: string): string {
  return `${ownerPrefix(owner)}-kubectl-${createHash('sha256').update(content).digest('hex').slice(0, 6)}`;
}

function ownerPrefix(owner: string): string {
  return `drydock-${createHash('sha256').update(owner).digest('hex').slice(0, 6)}`;
}
