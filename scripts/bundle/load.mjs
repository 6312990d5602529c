// Brings a bundle up on another machine. Plain JavaScript without dependencies: it runs before there are any, with nothing
// but Node 20 and tar, from a checkout or out of the bundle itself.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';

/**
 * Unpacks, installs the container engine where there is none, and hands the images over. Returns an exit code.
 * @param {{ file: string, into: string, data?: string | undefined, log?: (line: string) => void }} options
 */
export function load({ file, into, data, log = console.error }) {
  const folder = resolve(into);
  const parts = join(folder, '.bundle');
  if (!existsSync(file)) return refuse(`There is no file ${file}.`);
  if (isOthers(folder)) return refuse(`${folder} has something else in it. Give an empty folder: --into <folder>.`);
  rmSync(parts, { recursive: true, force: true });
  mkdirSync(parts, { recursive: true });
  try {
    log(`  … unpacking ${file}`);
    run('tar', ['-xf', resolve(file), '-C', parts]);
    const about = JSON.parse(readFileSync(join(parts, 'bundle.json'), 'utf8'));
    if (about.platform !== process.platform || about.arch !== process.arch)
      return refuse(
        `The bundle is for ${about.platform} on ${about.arch}; this is ${process.platform} on ${process.arch}.`,
      );
    for (const part of ['checkout', 'node_modules', 'site']) {
      log(`  … ${part}`);
      run('tar', ['-xf', join(parts, `${part}.tar`), '-C', folder]);
      rmSync(join(parts, `${part}.tar`));
    }
    installEngine(join(parts, 'engine'), log);
    const args = ['scripts/run.mjs', 'bundle', '--receive', parts, ...(data ? ['--data', resolve(data)] : [])];
    run(process.execPath, args, { cwd: folder, stdio: 'inherit' });
  } catch (error) {
    return refuse(error.message);
  } finally {
    rmSync(parts, { recursive: true, force: true });
  }
  log(
    `\n  All is there. Start it with:\n\n    cd ${folder} && npm start${data ? ` -- --data ${resolve(data)}` : ''}\n`,
  );
  return 0;
}

/** Not empty, and not a checkout of ours that may be brought up to date. */
function isOthers(folder) {
  if (!existsSync(folder) || readdirSync(folder).length === 0) return false;
  try {
    if (JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')).name !== 'drydock') return true;
  } catch {
    return true;
  }
  const git = spawnSync('git', ['status', '--porcelain', '--untracked-files=no'], { cwd: folder, encoding: 'utf8' });
  return git.status === 0 && git.stdout.trim() !== '';
}

/** Debian's packages of the engine, those that are not there yet. */
function installEngine(folder, log) {
  const path = `${process.env.PATH}:/usr/sbin:/sbin`;
  const has = (program) =>
    spawnSync('sh', ['-c', `command -v ${program}`], { env: { ...process.env, PATH: path } }).status === 0;
  if (has('dockerd') || !existsSync(folder) || !has('dpkg')) return;
  const missing = readdirSync(folder).filter((name) => {
    const said = spawnSync('dpkg-query', ['-W', '-f', '${db:Status-Status}', name.split('_')[0]], { encoding: 'utf8' });
    return said.stdout !== 'installed';
  });
  if (missing.length === 0) return;
  log(`  … the container engine: ${missing.length} Debian packages`);
  const command = ['dpkg', '--install', ...missing.map((name) => join(folder, name))];
  const [program, ...args] = process.getuid() === 0 ? command : ['sudo', ...command];
  run(program, args, { env: { ...process.env, PATH: path, DEBIAN_FRONTEND: 'noninteractive' } });
}

function run(program, args, options = {}) {
  const { status, error, stderr } = spawnSync(program, args, {
    encoding: 'utf8',
    stdio: ['ignore', 'ignore', 'pipe'],
    ...options,
  });
  if (error) throw new Error(`${program} could not be run: ${error.message}`);
  if (status !== 0) throw new Error(`${program} ${args.slice(0, 3).join(' ')} failed.\n${stderr ?? ''}`.trim());
}

function refuse(why) {
  console.error(why);
  return 1;
}
