import { readdir, readFile } from 'node:fs/promises';
import type Docker from 'dockerode';
import { sandboxLeftovers } from '../support/engine.ts';
import { poll } from './stand.ts';

/** Within this, what belongs to nobody has to be gone. */
const SETTLED_MS = 120_000;

/** What is there for sandboxes that belong to none of these sessions, once it has settled. */
export function settledLeftovers(
  docker: Docker,
  owner: string,
  sessions: readonly string[],
  before: ReadonlySet<string>,
): Promise<string[]> {
  return settled(async () => [
    ...(await strangers(docker, owner, sessions)),
    ...(await ownerlessDisks(docker, before)),
  ]);
}

/**
 * Disks that no volume has, among those that came since, once it has settled. Neither devices nor files tell whose they are:
 * on a machine with another engine that has sandboxes, its disks count too.
 */
export function settledDisks(docker: Docker, before: ReadonlySet<string>): Promise<string[]> {
  return settled(() => ownerlessDisks(docker, before));
}

async function settled(look: () => Promise<string[]>): Promise<string[]> {
  let left: string[] = [];
  await poll(SETTLED_MS, async () => {
    left = await look();
    return left.length === 0 ? true : undefined;
  });
  return left;
}

/** Its servers make none ahead, so each sandbox has to be a session's, whose id its own begins with, and the only one of it. */
async function strangers(docker: Docker, owner: string, sessions: readonly string[]): Promise<string[]> {
  const names = await sandboxLeftovers(docker, owner);
  const sandboxes = new Set(names.flatMap((name) => /drydock-[0-9a-f]{6}-([a-z0-9]{8,})/.exec(name)?.[1] ?? []));
  const own = (sandbox: string) => sessions.find((session) => sandbox.startsWith(session));
  const several = Map.groupBy(sandboxes, own);
  return [...several].flatMap(([session, all]) => (session === undefined || all.length > 1 ? all : []));
}

async function ownerlessDisks(docker: Docker, before: ReadonlySet<string>): Promise<string[]> {
  const disks = await loopDisks();
  const { Volumes } = await docker.listVolumes();
  const used = new Set((Volumes ?? []).map(({ Options }) => Options?.['device']));
  return disks
    .filter(({ device, file }) => !used.has(device) && !before.has(file))
    .map(({ device, file }) => `loop device ${device} of ${file}`);
}

/** The loop devices of this machine whose file is, or was, a machine's disk. */
export async function loopDisks(): Promise<{ device: string; file: string }[]> {
  const names = (await readdir('/sys/block').catch(() => [])).filter((name) => name.startsWith('loop'));
  const disks = await Promise.all(
    names.map(async (name) => {
      const file = await readFile(`/sys/block/${name}/loop/backing_file`, 'utf8').catch(() => '');
      return { device: `/dev/${name}`, file: file.trim() };
    }),
  );
  return disks.filter(({ file }) => file.startsWith('/disks/'));
}
