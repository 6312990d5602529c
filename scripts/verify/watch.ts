import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join, relative } from 'node:path';
import { systemClock } from '../../sandbox-server/clock.ts';
import { findLessons } from '../../sandbox-server/lab/lesson-folders.ts';
import { ensureEngine } from '../../sandbox-server/setup/engine.ts';
import { lineProgress } from '../../sandbox-server/setup/progress.ts';
import type { CommandLine } from '../../sandbox-server/verify/command-line.ts';
import { selectLessons } from '../../sandbox-server/verify/select.ts';
import { concerns, verifyOnChange } from '../../sandbox-server/verify/watch.ts';
import { watchFolder } from '../../sandbox-server/watch-folder.ts';
import { consent, dataFolder, host, ROOT } from '../options.ts';

const CONTENT = join(ROOT, 'content');
/** A second Ctrl-C after this long is of somebody who has lost patience: the process then ends at once. */
const IMPATIENT_MS = 1_000;
const ENDS = ['SIGINT', 'SIGTERM', 'SIGHUP', 'disconnect'] as const;

/**
 * Verifies in a process of its own, again at every change: that process sees the new files, and nothing of the old ones is
 * left in it. The engine is held meanwhile.
 */
export async function watchAndVerify(line: CommandLine, script: string, args: readonly string[]): Promise<number> {
  await foldersOf(line.words);
  const { engine, problem } = await ensureEngine({
    host,
    dataDir: dataFolder(line.data),
    progress: lineProgress(process.stdout),
    confirm: consent(line.yes),
  });
  if (engine === null) {
    console.error(`${problem.what}\n${problem.fix}`);
    return 1;
  }
  const told = new AbortController();
  const end = () => told.abort();
  for (const event of ENDS) process.on(event, end);
  try {
    await verifyOnChange({
      verify: (signal) => runToItsEnd([script, ...args.filter((arg) => arg !== '--watch')], signal),
      changes: (onChange) =>
        watchFolder({
          folder: CONTENT,
          clock: systemClock,
          onChange: (files) => void concernedOf(files, line.words).then((some) => some.length > 0 && onChange(some)),
          onError: (error) => {
            console.error(`content/ cannot be watched any longer: ${error.message}. Start this again.`);
            end();
          },
        }),
      onAgain: (files, ended) => {
        const names = files.map((file) => relative(ROOT, file)).join(', ');
        console.log(`\n${names} changed: ${ended ? 'this run ends, and another starts' : 'once more'}.`);
      },
      onWaiting: () => console.log('\nWaiting for a change. Ctrl-C ends it.'),
      signal: told.signal,
    });
    return 0;
  } finally {
    for (const event of ENDS) process.off(event, end);
    await engine.release();
  }
}

async function concernedOf(files: readonly string[], words: readonly string[]): Promise<string[]> {
  const { chosen, all } = await foldersOf(words).catch(() => ({ chosen: [], all: [] }));
  return files.filter((file) => concerns(file, chosen, all));
}

/** The folders of the lessons that were asked for, and of all. */
async function foldersOf(words: readonly string[]): Promise<{ chosen: string[]; all: string[] }> {
  const all = (await findLessons(CONTENT, () => undefined)).filter(({ folder }) => existsSync(join(folder, 'lab.ts')));
  const folders = (lessons: typeof all) => lessons.map(({ folder }) => folder);
  return { chosen: folders(selectLessons(all, words)), all: folders(all) };
}

/**
 * `signal` asks the process to end, which removes its sandboxes first. It is a group of its own, so that a terminal's Ctrl-C
 * reaches it once, from here; when this process is killed, it learns so from the channel.
 */
function runToItsEnd(args: readonly string[], signal: AbortSignal): Promise<void> {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', ...args], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    detached: true,
  });
  let askedAt = Infinity;
  const end = () => {
    askedAt = performance.now();
    child.kill('SIGINT');
  };
  // Ctrl-C may arrive several times at once: from the terminal, from npm, and from the bootstrap.
  const atOnce = () => {
    if (performance.now() - askedAt > IMPATIENT_MS) child.kill('SIGINT');
  };
  if (signal.aborted) end();
  signal.addEventListener('abort', end, { once: true });
  process.on('SIGINT', atOnce);
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', () => {
      signal.removeEventListener('abort', end);
      process.off('SIGINT', atOnce);
      resolve();
    });
  });
}
