import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { withSystemPath } from '../../sandbox-server/setup/owned-engine.ts';
import { runCommand, succeeds } from '../../sandbox-server/setup/run-command.ts';
import { host } from '../../scripts/options.ts';

/** How AppArmor's compiler is called: this machine's, else Debian's, unpacked into `folder` and not installed. */
export async function appArmorParser(folder: string): Promise<[string, ...string[]]> {
  const env = withSystemPath(host.env);
  if (await succeeds(['sh', '-c', 'command -v apparmor_parser'], { env })) return ['apparmor_parser'];
  await runCommand(['apt-get', 'download', 'apparmor'], { env, cwd: folder });
  const [archive = ''] = (await readdir(folder)).filter((name) => name.endsWith('.deb'));
  const tree = join(folder, 'tree');
  await runCommand(['dpkg-deb', '-x', join(folder, archive), tree], { env });
  const rules = join(tree, 'etc/apparmor.d');
  return [join(tree, 'sbin/apparmor_parser'), '--base', rules, '--config-file', '/dev/null'];
}
