import { createHash } from 'node:crypto';
import { lstat, readdir, readFile, readlink } from 'node:fs/promises';
import { join, relative } from 'node:path';

/** How much of a SHA-256 names a thing: short enough to read, long enough never to collide here. */
const SHORT = 12;

export function shortHash(parts: readonly (string | Uint8Array)[]): string {
  const hash = createHash('sha256');
  for (const part of parts) {
    hash.update(`${part.length}:`);
    hash.update(part);
  }
  return hash.digest('hex').slice(0, SHORT);
}

/** A hash of files and folders: names, content, and whether a file can be executed. What is missing counts as missing. */
export async function hashPaths(root: string, paths: readonly string[]): Promise<string> {
  const hash = createHash('sha256');
  for (const path of paths) await addPath(hash, root, join(root, path));
  return hash.digest('hex').slice(0, SHORT);
}

async function addPath(hash: ReturnType<typeof createHash>, root: string, path: string): Promise<void> {
  const stat = await lstat(path).catch(() => undefined);
  const name = relative(root, path);
  if (stat === undefined) {
    hash.update(`missing ${name}\n`);
  } else if (stat.isDirectory()) {
    const names = (await readdir(path)).toSorted();
    for (const entry of names) await addPath(hash, root, join(path, entry));
  } else if (stat.isSymbolicLink()) {
    hash.update(`link ${name} ${await readlink(path)}\n`);
  } else {
    hash.update(`file ${name} ${(stat.mode & 0o100) === 0 ? '-' : 'x'} ${stat.size}\n`);
    hash.update(await readFile(path));
  }
}
