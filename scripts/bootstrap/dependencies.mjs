import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pinnedNodePath } from './pinned-node.mjs';
import { root } from './root.mjs';

/** Of npm's complaint; its usage text follows. */
const REFUSAL_LINES = 12;

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
  // Not on standard output: a script may be asked for JSON.
  console.error('  … dependencies: npm ci');
  const clean = await npm('ci');
  // `npm ci` refuses a lockfile that lacks an optional package of another platform, and npm writes such a lockfile
  // where the registry did not have that package. `npm install` takes the same versions from it and goes on.
  if (clean.code !== 0 && !(clean.said.includes('EUSAGE') && (await npm('install', '--no-save')).code === 0)) {
    console.error(clean.said.split('\n').slice(0, REFUSAL_LINES).join('\n'));
    throw new Error(
      'The dependencies could not be installed: `npm ci` failed, see above. Check that the npm registry can be reached, then run this again.',
    );
  }
  console.error(`  ✓ dependencies (${((Date.now() - start) / 1000).toFixed(1)} s)`);
}

/** Resolves to npm's exit code and its complaints; what it has to say otherwise is of no use here. */
function npm(...command) {
  // Node 20's npm warns about the engines of packages that only ever run on the pinned Node; hence only errors. Nothing
  // here needs an install script: what is native comes prebuilt.
  const args = [...command, '--ignore-scripts', '--loglevel=error', '--no-audit', '--no-fund', '--no-update-notifier'];
  const cli = process.env.npm_execpath;
  const [program, ...rest] = cli?.endsWith('.js') ? [process.execPath, cli, ...args] : ['npm', ...args];
  return new Promise((resolve, reject) => {
    const child = spawn(program, rest, {
      cwd: root,
      stdio: ['ignore', 'ignore', 'pipe'],
      shell: process.platform === 'win32',
    });
    let said = '';
    child.stderr.setEncoding('utf8').on('data', (text) => (said += text));
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, said }));
  });
}
