import { spawn } from 'node:child_process';
import type { KindProgram } from './run-kind.ts';

/** Commands on a node answer in seconds, on a busy machine in tens of them. */
const COMMAND_MS = 180_000;
const TAIL_CHARACTERS = 4_000;

export interface NodeCommand {
  input?: string;
  signal?: AbortSignal | undefined;
}

/** Runs a command on a node, through the docker client that kind uses, too. Resolves to its standard output. */
export async function onNode(
  { docker, env }: KindProgram,
  node: string,
  command: readonly string[],
  { input, signal }: NodeCommand = {},
): Promise<string> {
  const limits = [AbortSignal.timeout(COMMAND_MS), ...(signal === undefined ? [] : [signal])];
  const child = spawn(docker, ['exec', ...(input === undefined ? [] : ['--interactive']), node, ...command], {
    env: { ...env },
    stdio: ['pipe', 'pipe', 'pipe'],
    signal: AbortSignal.any(limits),
  });
  let stdout = '';
  let tail = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (tail = (tail + text).slice(-TAIL_CHARACTERS)));
  // One that ended before it read its input says why by itself.
  child.stdin.on('error', () => undefined).end(input ?? '');
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  if (code !== 0) throw new Error(`\`${command.join(' ')}\` on ${node} failed (exit ${code}): ${tail.trim()}`);
  return stdout;
}
