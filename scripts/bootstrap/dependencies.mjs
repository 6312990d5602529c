import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pinnedNodePath } from './pinned-node.mjs';
import { root } from './root.mjs';

/** Is what the lockfile names what is installed? npm itself notes that in node_modules. */
export async function dependenciesFit() {
  const wanted = await readLock('package-lock.json');
  const present = await readLock('node_modules/.package-lock.json');
  if (wanted === undefined || present === undefined) return false;
  for (const [path, entry] of Object.entries(wanted)) {
    // Optional ones may be for another platform.
    if (path === '' || entry.link || (entry.optional && !present[path])) continue;
    if (present[path]?.version !== entry.version || present[path]?.integrity !== entry.integrity) return false;
  }
  return (await pinnedNodePath()) !== undefined;
}

async function readLock(path) {
  try {
    return JSON.parse(await readFile(join(root, path), 'utf8')).packages;
  } catch {
    return undefined;
  }
}

export async function installDependencies() {
  const start = Date.now();
  console.log('  … dependencies: npm ci');
  // Node 20's npm warns about the engines of packages that only ever run on the pinned Node; hence only errors.
  const args = ['ci', '--loglevel=error', '--no-audit', '--no-fund'];
  const cli = process.env.npm_execpath;
  const [program, ...rest] = cli?.endsWith('.js') ? [process.execPath, cli, ...args] : ['npm', ...args];
  await new Promise((resolve, reject) => {
    // npm tells what it installed on standard output, which is not ours to fill: `--json` may be asked of the script.
    const child = spawn(program, rest, { cwd: root, stdio: ['ignore', 'ignore', 'inherit'], shell: process.platform === 'win32' });
    child.once('error', reject);
    child.once('exit', (code) =>
      code === 0
        ? resolve()
        : reject(new Error('The dependencies could not be installed (`npm ci` failed, see above). Check that the npm registry can be reached, then run this again.')),
    );
  });
  console.log(`  ✓ dependencies (${((Date.now() - start) / 1000).toFixed(1)} s)`);
}
