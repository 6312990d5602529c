import { runCommand } from '../run-command.ts';
import { SetupError } from '../setup-error.ts';
import type { Host } from '../types.ts';

/** The docker client that kind works through; SetupError when there is none. */
export async function needDockerClient(host: Host): Promise<string> {
  const found = await runCommand(['sh', '-c', 'command -v docker'], { env: host.env }).catch(() => '');
  if (found.trim() !== '') return found.trim();
  throw new SetupError({
    what: 'kind works through the docker client, and there is none on this machine.',
    fix: 'Install it (on Debian: `sudo apt-get install docker-cli`, up to Debian 12 it is in docker.io).',
  });
}
