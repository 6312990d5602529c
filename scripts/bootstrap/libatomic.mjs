import { spawnSync } from 'node:child_process';
import { createInterface } from 'node:readline/promises';

const PACKAGE = 'libatomic1';

/** The pinned Node needs one library that a minimal Debian lacks. Installs it, under the same rule as the engine. */
export async function makeRunnable(node, yes) {
  const trial = spawnSync(node, ['--version'], { encoding: 'utf8' });
  if (trial.status === 0) return;
  if (!trial.stderr?.includes('libatomic.so.1')) {
    throw new Error(
      `The pinned Node (${node}) does not run here: ${(trial.stderr || trial.error?.message || '').trim()}`,
    );
  }
  const command = asRoot();
  if (command !== undefined && (await allowed(yes))) {
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
    const apt = (...args) => spawnSync(command[0], [...command.slice(1), ...args], { encoding: 'utf8', env });
    const install = () => apt('install', '-y', '--no-install-recommends', PACKAGE).status === 0;
    if (install() || (apt('update').status === 0 && install())) {
      console.error(`  ✓ ${PACKAGE}, which the pinned Node needs`);
      return;
    }
  }
  throw new Error(
    `The pinned Node needs the library libatomic.so.1, which this system lacks. Install it and run this again:\n` +
      `  on Debian or Ubuntu: sudo apt-get install ${PACKAGE}\n  on Fedora: sudo dnf install libatomic`,
  );
}

function asRoot() {
  if (spawnSync('apt-get', ['--version']).status !== 0) return undefined;
  if (process.getuid?.() === 0) return ['apt-get'];
  return spawnSync('sudo', ['-n', 'true']).status === 0 ? ['sudo', '-n', 'apt-get'] : undefined;
}

async function allowed(yes) {
  if (yes || process.env.CI === 'true') return true;
  if (!process.stdin.isTTY || !process.stdout.isTTY) return false;
  const prompt = createInterface({ input: process.stdin, output: process.stdout });
  try {
    return /^(y|yes)?$/i.test(
      (await prompt.question(`  The pinned Node needs Debian’s package ${PACKAGE}. Install it now? [Y/n] `)).trim(),
    );
  } finally {
    prompt.close();
  }
}
