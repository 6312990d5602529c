import { mkdir } from 'node:fs/promises';
import { isDebianLike } from '../../sandbox-server/setup/privilege.ts';
import { runCommand } from '../../sandbox-server/setup/run-command.ts';
import type { Host } from '../../sandbox-server/setup/types.ts';

const WANTED = ['docker.io', 'iptables', 'ca-certificates', 'iproute2', 'libatomic1'];

/** Every Debian has these; bringing them would replace a machine's own. */
const BASIC = new Set(['required', 'important']);

/** Debian's packages of a container engine with all that they need, for a machine of the same release as this one. */
export async function fetchEnginePackages(host: Host, folder: string, note: (line: string) => void): Promise<void> {
  await mkdir(folder, { recursive: true });
  if (!(await isDebianLike(host))) {
    note('this is no Debian: the bundle has no container engine, and is for machines that have one');
    return;
  }
  const env = { ...host.env, LC_ALL: 'C' };
  const only = ['recommends', 'suggests', 'conflicts', 'breaks', 'replaces', 'enhances'].map((kind) => `--no-${kind}`);
  const tree = await runCommand(['apt-cache', 'depends', '--recurse', ...only, ...WANTED], { env });
  const names = [...new Set(tree.split('\n').filter((line) => /^[a-z0-9]/.test(line)))].map((name) => name.trim());
  const shown = await runCommand(['apt-cache', 'show', '--no-all-versions', ...names], { env });
  const basic = new Set(
    shown.split('\n\n').flatMap((record) => {
      const field = (name: string) => new RegExp(`^${name}: (.*)$`, 'm').exec(record)?.[1] ?? '';
      return BASIC.has(field('Priority')) ? [field('Package')] : [];
    }),
  );
  const wanted = names.filter((name) => !basic.has(name) || WANTED.includes(name));
  await runCommand(['apt-get', 'download', ...wanted], { cwd: folder, env });
}
