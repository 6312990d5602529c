import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type Docker from 'dockerode';
import { buildImage } from './build-image.ts';
import { folderPart } from './build-context.ts';
import { debianMirror } from './debian-mirror.ts';
import { isAlive } from '../process-alive.ts';
import { aptInstall, asRoot, isDebianLike, type Privilege } from './privilege.ts';
import { pull, type Registry } from './registry.ts';
import { runCommand, succeeds } from './run-command.ts';
import { SetupError } from './setup-error.ts';
import type { Host } from './types.ts';

const DEBIAN = 'debian:trixie-slim';

export interface BaseOptions {
  docker: Docker;
  host: Host;
  privilege: Privilege;
  registry: Registry | undefined;
  /** images/base */
  folder: string;
  workDir: string;
  tag: string;
  /** Tells a person. */
  note: (line: string) => void;
}

/** The Debian that all images start from: from a registry, else made here by debootstrap. */
export async function makeBaseImage(options: BaseOptions): Promise<string> {
  const mirror = await debianMirror();
  if (options.registry !== undefined) {
    const reference = options.registry.reference(DEBIAN);
    // A registry may answer and still refuse: Docker Hub limits how often an address may pull.
    const refused = await pull(options.docker, reference).then(
      () => undefined,
      (error: unknown) => (error instanceof Error ? error.message : 'for an unknown reason'),
    );
    if (refused === undefined) {
      return buildImage(options.docker, {
        tag: options.tag,
        context: [folderPart(options.folder)],
        buildArgs: { FROM_IMAGE: reference, MIRROR: mirror.main, SECURITY_MIRROR: mirror.security },
      });
    }
    options.note(`${reference} could not be pulled (${refused}); debootstrap makes the image instead.`);
  }
  await needDebootstrap(options);
  const workDir = await workFolder(options);
  const [program, ...args] = asRoot(options.privilege, [
    'sh',
    join(options.folder, 'debootstrap.sh'),
    mirror.main,
    mirror.security,
    workDir,
  ]);
  const child = spawn(program, args, { env: options.host.env, stdio: ['ignore', 'pipe', 'pipe'] });
  let log = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (log = (log + text).slice(-2000)));
  const closed = once(child, 'close') as Promise<[number | null]>;
  const [repo, tag] = options.tag.split(':') as [string, string];
  const imported = await options.docker.importImage(child.stdout, { repo, tag, changes: 'CMD ["bash"]' });
  imported.resume();
  await once(imported, 'end');
  const [code] = await closed;
  if (code !== 0) {
    await options.docker
      .getImage(options.tag)
      .remove()
      .catch(() => undefined);
    throw new Error(`debootstrap failed (exit ${code}):\n${log.trim()}`);
  }
  return (await options.docker.getImage(options.tag).inspect()).Id;
}

/** A folder of this process's own. An interrupted one may have left its own, and its shell may even still be at work. */
async function workFolder({ workDir: parent, privilege, host }: BaseOptions): Promise<string> {
  await mkdir(parent, { recursive: true });
  const dead = (await readdir(parent)).filter((name) => !isAlive(Number(name))).map((name) => join(parent, name));
  if (dead.length > 0) await runCommand(asRoot(privilege, ['rm', '-rf', ...dead]), { env: host.env });
  const folder = join(parent, String(process.pid));
  await mkdir(folder, { recursive: true });
  return folder;
}

async function needDebootstrap({ host, privilege }: BaseOptions): Promise<void> {
  if (await succeeds(['sh', '-c', 'PATH="$PATH:/usr/sbin" command -v debootstrap'], { env: host.env })) {
    if (privilege !== 'none') return;
  } else if (privilege !== 'none' && (await isDebianLike(host))) {
    return aptInstall(host, privilege, ['debootstrap', 'ca-certificates']);
  }
  throw new SetupError({
    what: `No registry with ${DEBIAN} can be reached, and this machine can't make that image itself.`,
    fix:
      'Go online, or set DRYDOCK_REGISTRY to a registry with Docker Hub’s images, or run this as root on Debian or Ubuntu, ' +
      'where debootstrap makes the image from Debian’s packages.',
  });
}
