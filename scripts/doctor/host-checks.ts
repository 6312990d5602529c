import { readFile, stat, statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import { note, ok, problem, type Finding } from './finding.ts';

const GIB = 1024 ** 3;
/** Images and mirror take about 1.5 GiB; the rest is for sandboxes. */
const DISK_WANTED_GIB = 5;

/** What labs need of this machine's kernel. Only where the engine runs on this very kernel. */
export async function kernelChecks(): Promise<Finding[]> {
  return [await userNamespaces(), await tunDevice(), await overlay(), await ipvs()];
}

async function userNamespaces(): Promise<Finding> {
  const name = 'user namespaces';
  const read = async (path: string) => (await readFile(`/proc/sys/${path}`, 'utf8').catch(() => undefined))?.trim();
  if ((await read('user/max_user_namespaces')) === '0') {
    return problem(
      name,
      'The kernel allows none, and a sandbox’s engine needs one.',
      'sudo sysctl -w user.max_user_namespaces=28633',
    );
  }
  if ((await read('kernel/unprivileged_userns_clone')) === '0') {
    return problem(name, 'The kernel keeps them for root.', 'sudo sysctl -w kernel.unprivileged_userns_clone=1');
  }
  if ((await read('kernel/apparmor_restrict_unprivileged_userns')) === '1') {
    const says = 'AppArmor keeps them from programs without a profile; a sandbox’s engine starts where it has its own.';
    return note(
      name,
      says,
      'Load that as root (see isolation), or: sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0',
    );
  }
  return ok(name, 'allowed');
}

async function tunDevice(): Promise<Finding> {
  const there = await stat('/dev/net/tun').catch(() => undefined);
  if (there?.isCharacterDevice() === true) return ok('/dev/net/tun', 'there');
  return problem('/dev/net/tun', 'It is missing, and a sandbox’s network is made with it.', 'sudo modprobe tun');
}

async function overlay(): Promise<Finding> {
  const known = await readFile('/proc/filesystems', 'utf8').catch(() => '');
  if (/\boverlay$/m.test(known)) return ok('overlay file system', 'there');
  return note(
    'overlay file system',
    'The kernel has not loaded it; without it sandboxes are slow and large.',
    'sudo modprobe overlay',
  );
}

async function ipvs(): Promise<Finding> {
  const there = await stat('/proc/net/ip_vs').catch(() => undefined);
  if (there !== undefined) return ok('IPVS', 'there: Swarm’s virtual addresses and its ingress mesh forward');
  const says =
    'not loaded: in a swarm, virtual addresses and the ingress mesh don’t forward; DNS round robin and host ports do';
  return note('IPVS', says, 'sudo modprobe ip_vs (where the kernel has it)');
}

export async function diskCheck(dataDir: string): Promise<Finding> {
  const free = await freeBytes(dataDir);
  const says = `${gib(free)} free for ${dataDir}`;
  if (free > DISK_WANTED_GIB * GIB) return ok('disk', says);
  return note(
    'disk',
    `${says}; ${DISK_WANTED_GIB} GiB are a good start`,
    'Free some, or choose another place with --data.',
  );
}

async function freeBytes(folder: string): Promise<number> {
  const info = await statfs(folder).catch(() => undefined);
  if (info !== undefined) return info.bavail * info.bsize;
  const parent = dirname(folder);
  return parent === folder ? 0 : freeBytes(parent);
}

export function gib(bytes: number): string {
  return `${(bytes / GIB).toFixed(1)} GiB`;
}
