import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { withSystemPath } from './owned-engine.ts';
import { privilegeOf } from './privilege.ts';
import { runCommand } from './run-command.ts';
import type { EngineHandle, Host, Progress } from './types.ts';

/** What confines sandboxes' engines; the engine names it (backend/docker/apparmor.ts). */
export const PROFILE_FILE = fileURLToPath(new URL('../backend/docker/engine.apparmor', import.meta.url));

const ENABLED_FILE = '/sys/module/apparmor/parameters/enabled';

export interface ProfileOptions {
  host: Host;
  engine: Pick<EngineHandle, 'socketPath'>;
  progress: Progress;
  /** Where the kernel says whether AppArmor is on. */
  enabledFile?: string;
}

/**
 * Loads the profile into this machine's kernel, again at every start: it may have changed. Only as root, and only where AppArmor and
 * the engine are here; `npm run doctor` tells what is to be done elsewhere.
 */
export async function loadEngineProfile({
  host,
  engine,
  progress,
  enabledFile = ENABLED_FILE,
}: ProfileOptions): Promise<void> {
  if (engine.socketPath === undefined || (await privilegeOf(host)) !== 'root') return;
  const enabled = await readFile(enabledFile, 'utf8').catch(() => '');
  if (!enabled.startsWith('Y')) return;
  try {
    await runCommand(['apparmor_parser', '--replace', '--skip-cache', PROFILE_FILE], { env: withSystemPath(host.env) });
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    progress.note(`! AppArmor does not confine sandboxes’ engines: ${why}`);
  }
}
