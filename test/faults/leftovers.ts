import { readdir, readFile } from 'node:fs/promises';
import type Docker from 'dockerode';
import { leftovers } from '../support/engine.ts';
import { poll } from './stand.ts';

/** Within this, what belongs to nobody has to be gone. */
const SETTLED_MS = 120_000;

/** What is on the engine for sandboxes that belong to none of these sessions, once it has settled. */
export async function settledLeftovers(docker: Docker, owner: string, sessions: readonly string[]): Promise<string[]> {
  let left: string[] = [];
  await poll(SETTLED_MS, async () => {
    left = strangers(await leftovers(docker, owner), sessions);
    return left.length === 0 ? true : undefined;
  });
  return left;
}

/** Warm sandboxes belong to no session; the pool of a small server holds no more. */
const MOST_WARM = 4;

/** Of names like `container /drydock-ab12cd-<sandbox>-host-shell`: those of more sandboxes than can be. */
function strangers(names: readonly string[], sessions: readonly string[]): string[] {
  const sandboxes = new Set(names.flatMap((name) => /drydock-[0-9a-f]{6}-([a-z0-9]{8,})/.exec(name)?.[1] ?? []));
  return sandboxes.size <= sessions.length + MOST_WARM ? [] : [...sandboxes];
}

/** Files behind loop devices of this machine. */
export async function loopDevices(): Promise<string[]> {
  const names = await readdir('/sys/block').catch(() => []);
  const files = await Promise.all(
    names
      .filter((name) => name.startsWith('loop'))
      .map((name) => readFile(`/sys/block/${name}/loop/backing_file`, 'utf8').catch(() => '')),
  );
  return files.map((file) => file.trim()).filter((file) => file !== '');
}
