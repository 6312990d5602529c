import { spawn } from 'node:child_process';
import { delimiter, join } from 'node:path';
import type { Readable } from 'node:stream';

/** Stands before the real `docker`, see the script. */
const SHIM_FOLDER = join(import.meta.dirname, 'path');
/** Of what kind says, enough to tell why it failed: its own stack and the last lines of the program it ran. */
const TAIL_CHARACTERS = 16_000;
/** A docker client that is just making a node finishes within this, also on a busy machine. */
const END_MS = 30_000;

export interface KindProgram {
  /** The program. */
  kind: string;
  /** The real docker client. */
  docker: string;
  /** What kind and docker see of the environment, DOCKER_HOST among it. */
  env: Readonly<Record<string, string | undefined>>;
}

export interface KindRun {
  args: readonly string[];
  input?: string;
  /** The docker network of the nodes. */
  network: string;
  /** More options for each node's `docker run`; none has a space. */
  nodeOptions: readonly string[];
  signal?: AbortSignal | undefined;
  onStep?: ((step: string) => void) | undefined;
}

/** Runs kind, and what it runs, to their end. Rejects with the end of what it said. */
export async function runKind(program: KindProgram, run: KindRun): Promise<void> {
  run.signal?.throwIfAborted();
  const env = {
    ...program.env,
    PATH: [SHIM_FOLDER, program.env['PATH'] ?? ''].join(delimiter),
    DRYDOCK_DOCKER: program.docker,
    DRYDOCK_NODE_OPTIONS: run.nodeOptions.join(' '),
    KIND_EXPERIMENTAL_PROVIDER: 'docker',
    KIND_EXPERIMENTAL_DOCKER_NETWORK: run.network,
  };
  // kind writes to these pipes all along: when this process dies, so does kind.
  // The last pipe is for nothing but to be inherited by the docker clients: it closes when they have ended, too. One that lives on
  // could make a node when everything has been removed already.
  const child = spawn(program.kind, run.args, { env, detached: true, stdio: ['pipe', 'ignore', 'pipe', 'pipe'] });
  (child.stdio[3] as Readable).resume();
  let tail = '';
  let line = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    tail = (tail + text).slice(-TAIL_CHARACTERS);
    const lines = (line + text).split('\n');
    line = lines.pop() ?? '';
    for (const one of lines) {
      const step = stepOf(one);
      if (step !== undefined) run.onStep?.(step);
    }
  });
  // One that ended before it read its input says why by itself.
  child.stdin?.on('error', () => undefined).end(run.input ?? '');
  let force: NodeJS.Timeout | undefined;
  const abort = () => {
    child.kill('SIGTERM');
    force = setTimeout(() => killGroup(child.pid), END_MS);
  };
  run.signal?.addEventListener('abort', abort);
  try {
    const [code, signal] = await new Promise<[number | null, NodeJS.Signals | null]>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (ended, by) => resolve([ended, by]));
    });
    run.signal?.throwIfAborted();
    if (code !== 0) throw new Error(`kind ${run.args[0]} failed (${signal ?? `exit ${code}`}):\n${tail.trim()}`);
  } finally {
    clearTimeout(force);
    run.signal?.removeEventListener('abort', abort);
  }
}

function killGroup(leader: number | undefined): void {
  if (leader === undefined) return;
  try {
    process.kill(-leader, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** ` • Preparing nodes 📦  ...` → `Preparing nodes` */
export function stepOf(line: string): string | undefined {
  const words = /^\s*•\s+(.+?)\s*\.\.\.\s*$/.exec(line)?.[1];
  return words?.replace(/[^\p{L}\p{N})]+$/u, '');
}
