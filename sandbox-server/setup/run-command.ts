import { spawn } from 'node:child_process';

/** What is kept of a command's output, to tell why it failed. */
const TAIL_CHARACTERS = 2000;

export interface RunOptions {
  env?: Readonly<Record<string, string | undefined>>;
  cwd?: string;
  signal?: AbortSignal;
}

/** Runs a command to its end and returns its standard output. A failure tells the command and the end of what it said. */
export async function runCommand(command: readonly [string, ...string[]], options: RunOptions = {}): Promise<string> {
  const [program, ...args] = command;
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      cwd: options.cwd,
      env: { ...options.env },
      signal: options.signal,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let stdout = '';
    let tail = '';
    const keep = (text: string) => (tail = (tail + text).slice(-TAIL_CHARACTERS));
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
      keep(text);
    });
    child.stderr.setEncoding('utf8').on('data', keep);
    child.once('error', (error) =>
      reject(new Error(`${program} could not be run: ${error.message}`, { cause: error })),
    );
    child.once('close', (code, signal) => {
      if (code === 0) resolve(stdout);
      else reject(new Error(`\`${command.join(' ')}\` failed (${signal ?? `exit ${code}`}):\n${tail.trim()}`));
    });
  });
}

export async function succeeds(command: readonly [string, ...string[]], options: RunOptions = {}): Promise<boolean> {
  return runCommand(command, options).then(
    () => true,
    () => false,
  );
}
