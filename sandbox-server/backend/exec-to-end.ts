import type { Backend, ExecOptions, ExecStream, SandboxRef } from './backend.ts';

/** Of each of standard output and error; what a sandbox prints must not fill our memory. */
export const MAX_OUTPUT_BYTES = 1024 * 1024;

export interface RunOptions extends Omit<ExecOptions, 'tty'> {
  /** Standard input; default empty. */
  input?: NodeJS.ReadableStream | Buffer | string;
  /** Default MAX_OUTPUT_BYTES. More than this is cut off. */
  maxBytes?: number;
}

export interface RunResult {
  /** Null when the code is not known: the machine went away. */
  exitCode: number | null;
  stdout: Buffer;
  stderr: Buffer;
  /** Some output was cut off. */
  truncated: boolean;
}

/** Runs a command to its end and keeps what it printed. Rejects when it cannot be started and when aborted. */
export async function execToEnd(
  backend: Backend,
  sandbox: SandboxRef,
  machine: string,
  command: readonly string[],
  options: RunOptions = {},
): Promise<RunResult> {
  const { input: _input, maxBytes: _maxBytes, ...execOptions } = options;
  options.signal?.throwIfAborted();
  return await toEnd(await backend.exec(sandbox, machine, command, execOptions), options);
}

/** Follows a command that runs already to its end. */
export async function toEnd(
  exec: ExecStream,
  options: Pick<RunOptions, 'input' | 'maxBytes' | 'signal'> = {},
): Promise<RunResult> {
  const { input = '', maxBytes = MAX_OUTPUT_BYTES, signal } = options;
  const onAbort = () => exec.close();
  signal?.addEventListener('abort', onAbort, { once: true });
  try {
    const stdout = collect(exec.stream, maxBytes);
    const stderr = collect(exec.stderr, maxBytes);
    // A command that ends without reading its input breaks the pipe; its exit code tells more than that.
    exec.stream.on('error', () => exec.close());
    if (typeof input === 'string' || Buffer.isBuffer(input)) exec.stream.end(input);
    else input.pipe(exec.stream);
    const exitCode = await exec.exit;
    signal?.throwIfAborted();
    const [out, err] = await Promise.all([stdout, stderr]);
    return { exitCode, stdout: out.bytes, stderr: err.bytes, truncated: out.truncated || err.truncated };
  } finally {
    signal?.removeEventListener('abort', onAbort);
    exec.close();
  }
}

function collect(stream: NodeJS.ReadableStream, maxBytes: number): Promise<{ bytes: Buffer; truncated: boolean }> {
  const chunks: Buffer[] = [];
  let kept = 0;
  let truncated = false;
  return new Promise((resolve) => {
    const done = () => resolve({ bytes: Buffer.concat(chunks), truncated });
    stream.on('data', (chunk: Buffer) => {
      const room = chunk.subarray(0, maxBytes - kept);
      if (room.length < chunk.length) truncated = true;
      if (room.length > 0) chunks.push(room);
      kept += room.length;
    });
    for (const event of ['end', 'close', 'error']) stream.once(event, done);
  });
}
