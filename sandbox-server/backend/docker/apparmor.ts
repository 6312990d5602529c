/** The name in engine.apparmor. */
const PROFILE = 'drydock-engine';

/** `none`: the host knows no AppArmor. `unconfined`: it does, and our profile is not loaded there. */
export type AppArmor = 'none' | 'own' | 'unconfined';

/** For `SecurityOpt`. The engine's default profile forbids to mount, so that without ours there can be none. */
export function appArmorOptions(choice: AppArmor): string[] {
  switch (choice) {
    case 'none':
      return [];
    case 'own':
      return [`apparmor=${PROFILE}`];
    case 'unconfined':
      return ['apparmor=unconfined'];
  }
}

/**
 * `securityOptions` is what the engine says of itself, which names no profiles: that ours is loaded on its host shows in a container
 * that starts with it. `start` rejects with the engine's words when one does not.
 */
export async function chooseAppArmor(
  securityOptions: readonly string[],
  start: (securityOpt: string[]) => Promise<void>,
): Promise<AppArmor> {
  if (!securityOptions.some((option) => option.includes('name=apparmor'))) return 'none';
  try {
    await start(appArmorOptions('own'));
    return 'own';
  } catch (error) {
    if (/apparmor/i.test(String(error))) return 'unconfined';
    throw error;
  }
}
