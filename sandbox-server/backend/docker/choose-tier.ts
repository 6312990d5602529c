import type Docker from 'dockerode';
import { DockerBackend, type DockerBackendOptions } from './docker-backend.ts';
import { temporaryOwner } from './temporary-owner.ts';
import { ROOTLESS, type TriedTier, tierChoices, tierOf, UnknownTier } from './tier.ts';
import { tryTier } from './try-tier.ts';

export type TierChoice =
  | { tried: TriedTier; problem?: undefined }
  /** Its sandboxes do not work on this engine: why, and what mends it. */
  | { tried?: undefined; problem: { what: string; fix: string } };

/** runc's words for a container that asks for a capability which the machine itself was not given. */
const CAPS_REFUSED = /unable to apply caps/;

/** Finds the tier of that name on an engine and tries it with a sandbox, so that no learner has to. Rejects when there is none. */
export async function chooseTier(
  name: string,
  docker: Docker,
  images: DockerBackendOptions['images'],
): Promise<TierChoice> {
  const { Runtimes = {}, ServerVersion } = (await docker.info()) as EngineInfo;
  const runtimes = Object.keys(Runtimes);
  const tier = tierOf(name, runtimes);
  if (tier === undefined)
    throw new UnknownTier(`There is no isolation tier “${name}” here. --tier takes ${tierChoices(runtimes)}.`);
  const backend = new DockerBackend({ docker, owner: temporaryOwner(), images, tier: { tier, gives: [] } });
  try {
    return { tried: { tier, gives: await tryTier(backend) } };
  } catch (error) {
    return { problem: told(name, error, ServerVersion) };
  } finally {
    await backend.destroyAll();
  }
}

function told(name: string, error: unknown, version: string) {
  const cause = error instanceof Error && error.cause instanceof Error ? ` ${error.cause.message}` : '';
  const why = `${error instanceof Error ? error.message : String(error)}${cause}`;
  if (CAPS_REFUSED.test(why)) {
    const what = `Sandboxes of the tier “${name}” cannot start here: Docker Engine ${version} asks for every capability, and this machine itself has not got all of them.`;
    return {
      what,
      fix: `Use Docker Engine 26 or newer, which asks only for those that there are, or start without --tier.`,
    };
  }
  return {
    what: `A sandbox of the tier “${name}” does not work on this engine: ${why.trim().replace(/\.$/, '')}.`,
    fix: `Mend what that names, or start without --tier: then sandboxes are ${ROOTLESS.name}.`,
  };
}

interface EngineInfo {
  Runtimes?: Record<string, unknown>;
  ServerVersion: string;
}
