import { posix } from 'node:path';
import { MAX_OUTPUT_BYTES } from '../backend/exec-to-end.ts';
import { PATHS } from '../backend/paths.ts';
import type { FileChecks } from '../lab/check-context.ts';
import { NotYet } from '../lab/not-yet.ts';
import type { RunCommand } from './probes.ts';

/** A pipe that the learner made in a file's place would never end. */
const READ_SECONDS = '3';
const NO_FILE = 'No such file or directory';
/** What timeout(1) exits with when the time was over. */
const TIMED_OUT = 124;

/** The learner's files on a machine. */
export function fileChecks(run: RunCommand, signal: AbortSignal): FileChecks {
  const bounded = (command: readonly string[]) =>
    run(['/usr/bin/timeout', READ_SECONDS, ...command], {
      signal,
      env: { LC_ALL: 'C' },
    });

  return {
    read: async (path) => {
      const absolute = absolutePath(path);
      const { exitCode, stdout, stderr } = await bounded(['/usr/bin/head', '-c', String(MAX_OUTPUT_BYTES), absolute]);
      if (exitCode === 0) return stdout.toString('utf8');
      const why =
        exitCode === TIMED_OUT ? 'it never ends' : (/: ([^:]+)\n?$/.exec(stderr.toString('utf8'))?.[1]?.trim() ?? '');
      if (exitCode === null) throw new Error(`${absolute} could not be read: the machine went away`);
      const message = why === NO_FILE ? `There is no file ${shown(path)}.` : `${shown(path)} cannot be read: ${why}.`;
      const subject = `file ${shown(path)}`;
      throw new NotYet(message, { subject, expected: `a ${subject}`, observed: why, missing: why === NO_FILE });
    },
    exists: async (path) => {
      const { exitCode } = await bounded(['/usr/bin/test', '-e', absolutePath(path)]);
      if (exitCode === 0 || exitCode === 1) return exitCode === 0;
      throw new Error(`test -e ${path} exited with ${String(exitCode)}`);
    },
  };
}

function absolutePath(path: string): string {
  return posix.resolve(PATHS.home, path.replace(/^~\//, ''));
}

/** `/home/learner/shop/Dockerfile` → `~/shop/Dockerfile` */
function shown(path: string): string {
  const absolute = absolutePath(path);
  return absolute.startsWith(`${PATHS.home}/`) ? `~${absolute.slice(PATHS.home.length)}` : absolute;
}
