import type { Feature } from '../../lab/lab.ts';

/** How strongly sandboxes are kept apart, chosen by the operator. */
export interface Tier {
  /** `rootless`, `privileged`, or the name of a runtime that the host's engine offers. */
  name: string;
  /** The runtime that starts the engine's container; the engine's own default when undefined. */
  runtime?: string;
  /**
   * `rootless`: the inner engine makes a user namespace for itself, and has no root outside it. `root`: it runs as root of its
   * container, which keeps it by itself (sysbox) or, privileged, does not keep it.
   */
  engine: 'rootless' | 'root';
  privileged: boolean;
}

export const ROOTLESS: Tier = { name: 'rootless', engine: 'rootless', privileged: false };
const PRIVILEGED: Tier = { name: 'privileged', engine: 'root', privileged: true };
/** What an engine of our own offers for containers that are `--privileged`; see setup/privileged-runtime.sh. */
export const PRIVILEGED_RUNTIME = 'drydock-privileged';

/** Printed where somebody has chosen it. */
export const PRIVILEGED_WARNING =
  'Sandboxes are privileged: whoever has a lab can become root on the machine that runs them. Let nobody in whom you would not give root there.';

/**
 * Sysbox starts system containers: their root is nobody on the host, with ids of its own, of which a second user namespace
 * inside would find too few (https://github.com/nestybox/sysbox/blob/master/docs/user-guide/security.md).
 */
const SYSTEM_CONTAINERS = /^sysbox/;

/** The tier of that name; undefined when the engine offers no such runtime. */
export function tierOf(name: string, runtimes: readonly string[]): Tier | undefined {
  if (name === ROOTLESS.name) return ROOTLESS;
  if (name === PRIVILEGED.name)
    return runtimes.includes(PRIVILEGED_RUNTIME) ? { ...PRIVILEGED, runtime: PRIVILEGED_RUNTIME } : PRIVILEGED;
  if (!runtimes.includes(name)) return undefined;
  return { name, runtime: name, engine: SYSTEM_CONTAINERS.test(name) ? 'root' : 'rootless', privileged: false };
}

/** What `--tier` takes on an engine with these runtimes, in words. */
export function tierChoices(runtimes: readonly string[]): string {
  const others = runtimes.filter(
    (name) => name !== 'runc' && name !== PRIVILEGED_RUNTIME && !name.startsWith('io.containerd.'),
  );
  const offered =
    others.length === 0
      ? 'this engine offers no runtime besides runc'
      : `of this engine's runtimes ${others.join(', ')}`;
  return `${ROOTLESS.name} (the default), ${PRIVILEGED.name}; ${offered}`;
}

/** A tier that was tried on this engine, with what labs may need and its sandboxes have. */
export interface TriedTier {
  tier: Tier;
  gives: readonly Feature[];
}

/** There is no tier of the name that somebody gave. */
export class UnknownTier extends Error {
  override readonly name = 'UnknownTier';
}
