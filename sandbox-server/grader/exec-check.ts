import { LEARNER, PATHS } from '../backend/paths.ts';
import type { ExecResult } from '../lab/check-context.ts';
import { NotYet } from '../lab/not-yet.ts';
import type { RunCommand } from './probes.ts';

const DEFAULT_TIMEOUT_MS = 5_000;
/** What timeout(1) exits with when the time was over. */
const TIMED_OUT = 124;

/** Nothing that the learner's start-up files could have set; the configuration of their docker is not read. */
const ENVIRONMENT = {
  HOME: PATHS.home,
  USER: LEARNER,
  PATH: '/usr/local/bin:/usr/bin:/bin',
  LANG: 'C.UTF-8',
  TERM: 'dumb',
  DOCKER_HOST: `unix://${PATHS.learnerSocket}`,
  DOCKER_CONFIG: '/nonexistent',
};

/** Runs a command on a machine as the learner, in a clean environment. */
export function execCheck(run: RunCommand, signal: AbortSignal) {
  return async (command: string | readonly string[], options: { timeout?: number } = {}): Promise<ExecResult> => {
    const seconds = (options.timeout ?? DEFAULT_TIMEOUT_MS) / 1000;
    const inner = typeof command === 'string' ? ['/bin/bash', '--noprofile', '--norc', '-c', command] : command;
    const clean = ['/usr/bin/env', '-i', ...Object.entries(ENVIRONMENT).map(([name, value]) => `${name}=${value}`)];
    const bounded = ['/usr/bin/timeout', '--kill-after=1', String(seconds)];
    const result = await run([...clean, ...bounded, ...inner], {
      signal,
      workingDir: PATHS.home,
    });
    if (result.exitCode === TIMED_OUT) {
      const shown = typeof command === 'string' ? command : command.join(' ');
      throw new NotYet(`\`${shown}\` does not end within ${seconds} s.`, { observed: 'no end' });
    }
    return {
      exitCode: result.exitCode,
      stdout: result.stdout.toString('utf8'),
      stderr: result.stderr.toString('utf8'),
    };
  };
}
