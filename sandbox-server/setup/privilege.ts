import { readFile } from 'node:fs/promises';
import type { Host } from './types.ts';
import { runCommand, succeeds } from './run-command.ts';

/** How this process gets to be root: already is, `sudo` without a password, or not at all. */
export type Privilege = 'root' | 'sudo' | 'none';

export async function privilegeOf(host: Host): Promise<Privilege> {
  if (host.uid === 0) return 'root';
  return (await succeeds(['sudo', '-n', 'true'], { env: host.env })) ? 'sudo' : 'none';
}

export function asRoot(privilege: Privilege, command: readonly [string, ...string[]]): [string, ...string[]] {
  return privilege === 'root' ? [...command] : ['sudo', '-n', ...command];
}

/** Debian, Ubuntu and what derives from them, where `apt-get install` gets what is missing. */
export async function isDebianLike(host: Host): Promise<boolean> {
  if (host.platform !== 'linux') return false;
  const release = await readFile('/etc/os-release', 'utf8').catch(() => '');
  return /^ID(_LIKE)?=.*\b(debian|ubuntu)\b/m.test(release);
}

/** Installs Debian packages. The lists are fetched only when apt doesn't know a package or can't get it. */
export async function aptInstall(host: Host, privilege: Privilege, packages: readonly string[]): Promise<void> {
  const env = { ...host.env, DEBIAN_FRONTEND: 'noninteractive' };
  const apt = (...args: string[]) =>
    runCommand(
      asRoot(privilege, ['env', 'DEBIAN_FRONTEND=noninteractive', 'apt-get', '-o', 'DPkg::Lock::Timeout=120', ...args]),
      { env },
    );
  const install = () => apt('install', '-y', '--no-install-recommends', ...packages);
  try {
    await install();
  } catch {
    await apt('update');
    await install();
  }
}
