import { spawn } from 'node:child_process';
import { access } from 'node:fs/promises';
import { constants } from 'node:os';
import { join } from 'node:path';
import { root } from './root.mjs';

const WATCH_MS = 300;
/** Node keeps there what it made of TypeScript: stripping the types of all files anew takes half of a start. */
const COMPILE_CACHE = join(root, 'node_modules', '.cache', 'node');

/**
 * Runs a script on the pinned Node and resolves to its exit code. The channel to it has no messages: its end tells the
 * script that this process is gone, even when it was killed and could pass no signal on.
 */
export async function runScript(node, script, args) {
  const path = join(root, 'scripts', script);
  await access(path).catch(() => {
    throw new Error(`scripts/${script} is missing from this checkout.`);
  });
  const child = spawn(node, ['--disable-warning=ExperimentalWarning', path, ...args], {
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
    env: { NODE_COMPILE_CACHE: COMPILE_CACHE, ...process.env },
  });
  // On a terminal Ctrl-C reaches the whole group, so passing it on would be a second one.
  const pass = { SIGINT: !process.stdin.isTTY, SIGTERM: true, SIGHUP: !process.stdin.isTTY };
  for (const [signal, forward] of Object.entries(pass)) {
    process.on(signal, () => {
      if (forward) child.kill(signal);
    });
  }
  // A killed npm passes no signal on: the script is told as if its terminal had been closed. Without npm nothing is watched: a server may outlive the shell that started it.
  const parent = process.ppid;
  const watch = setInterval(() => {
    if (process.env.npm_lifecycle_event === undefined || process.ppid === parent) return;
    clearInterval(watch);
    child.kill('SIGHUP');
  }, WATCH_MS);
  child.once('close', () => clearInterval(watch));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code, signal) => resolve(code ?? 128 + (constants.signals[signal] ?? 0)));
  });
}
