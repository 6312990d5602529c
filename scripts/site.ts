import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { hashPaths } from '../sandbox-server/setup/content-hash.ts';
import { withLock } from '../sandbox-server/setup/lock.ts';
import { runCommand } from '../sandbox-server/setup/run-command.ts';
import type { Host, Progress } from '../sandbox-server/setup/types.ts';

/** What the site is made from: the pages, and the two folders of the server that they share. */
const SOURCES = [
  ...['content', 'src', 'public', 'sandbox-server/lab', 'sandbox-server/protocol'],
  ...['astro.config.mjs', 'tsconfig.json', 'package-lock.json', 'scripts/site.ts'],
];

export interface SiteOptions {
  root: string;
  host: Host;
  progress: Progress;
  /** Also when nothing has changed. */
  force?: boolean;
}

/** Builds the site and its search index into `dist`, unless they are of exactly these sources. Returns that folder. */
export function buildSite(options: SiteOptions): Promise<string> {
  return withLock(join(options.root, '.drydock', 'site.lock'), () => build(options));
}

async function build({ root, host, progress, force }: SiteOptions): Promise<string> {
  const dist = join(root, 'dist');
  const mark = join(dist, '.built-from');
  const hash = await hashPaths(root, SOURCES);
  const built = await readFile(mark, 'utf8').catch(() => undefined);
  if (built === hash && force !== true) return dist;
  await rm(mark, { force: true });
  const env = { ...host.env, ASTRO_TELEMETRY_DISABLED: '1' };
  const run = (...command: string[]) => runCommand([process.execPath, ...command], { cwd: root, env });
  const done = progress.step('site');
  await run('node_modules/astro/bin/astro.mjs', 'build');
  await run('node_modules/pagefind/lib/runner/bin.cjs', '--site', 'dist');
  await writeFile(mark, hash);
  done();
  return dist;
}
