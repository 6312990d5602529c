import type Docker from 'dockerode';
import { readEngineHost } from '../../sandbox-server/backend/docker/engine-host.ts';
import { temporaryOwner } from '../../sandbox-server/backend/docker/temporary-owner.ts';
import { chooseTier } from '../../sandbox-server/backend/docker/choose-tier.ts';
import {
  PRIVILEGED_WARNING,
  ROOTLESS,
  type Tier,
  tierChoices,
  type TriedTier,
} from '../../sandbox-server/backend/docker/tier.ts';
import { PROFILE_FILE } from '../../sandbox-server/setup/apparmor.ts';
import type { ImageSet } from '../../sandbox-server/setup/types.ts';
import type { EngineInfo } from './engine-checks.ts';
import { type Finding, note, ok, problem } from './finding.ts';

const NAME = 'isolation';

export interface TierCheck {
  finding: Finding;
  works: boolean;
  /** Undefined for the default, which the trial sandbox itself tries. */
  tried?: TriedTier;
}

/** Which tier sandboxes are of, why so, and what else there is. */
export async function examineTier(
  name: string,
  info: EngineInfo,
  docker: Docker,
  images: ImageSet,
): Promise<TierCheck> {
  if (name === ROOTLESS.name) return { finding: await rootless(info, docker, images), works: true };
  try {
    const { tried, problem: refusal } = await chooseTier(name, docker, images);
    if (refusal !== undefined) return { finding: problem(NAME, refusal.what, refusal.fix), works: false };
    return { finding: describe(tried.tier, info), works: true, tried };
  } catch (error) {
    const says = error instanceof Error ? error.message : String(error);
    return { finding: problem(NAME, says, 'Choose one of those, or none.'), works: false };
  }
}

async function rootless(info: EngineInfo, docker: Docker, images: ImageSet): Promise<Finding> {
  const { apparmor } = await readEngineHost(docker, { owner: temporaryOwner(), image: images.engine });
  const kept = {
    none: 'no AppArmor on this host',
    own: 'AppArmor confines it and the terminal',
    unconfined: 'AppArmor confines the terminal and not the engine, since its profile is not loaded',
  }[apparmor];
  const says = `rootless, the default, as it needs nothing of the host: a sandbox’s engine runs without root in an unprivileged container with a seccomp profile of its own; ${kept}. --tier takes ${tierChoices(Object.keys(info.Runtimes ?? {}))}`;
  return apparmor === 'unconfined'
    ? note(NAME, says, `sudo apparmor_parser --replace ${PROFILE_FILE}`)
    : ok(NAME, says);
}

function describe(tier: Tier, info: EngineInfo): Finding {
  if (tier.privileged) return note(NAME, `privileged, as asked for. ${PRIVILEGED_WARNING}`, 'Start without --tier.');
  const others = tierChoices(Object.keys(info.Runtimes ?? {}));
  return ok(NAME, `${tier.name}, as asked for: this runtime starts each sandbox's engine. --tier takes ${others}`);
}
