import type Docker from 'dockerode';
import type { Socket } from 'node:net';
import { Duplex, PassThrough } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ExecOptions, ExecStream } from '../backend.ts';
import { demux } from './demux.ts';

/** The engine says an exec still runs for a moment after its stream ended: asked this often, this many times. */
const EXIT_POLL_MS = 20;
const EXIT_POLLS = 100;

export interface ContainerExecOptions extends ExecOptions {
  user?: string;
}

/** Runs a command in a container as a byte stream. */
export async function execInContainer(
  container: Docker.Container,
  command: readonly string[],
  options: ContainerExecOptions = {},
): Promise<ExecStream> {
  const tty = options.tty !== undefined;
  const exec = await container.exec({
    Cmd: [...command],
    AttachStdin: true,
    AttachStdout: true,
    AttachStderr: true,
    Tty: tty,
    Env: Object.entries(options.env ?? {}).map(([name, value]) => `${name}=${value}`),
    ...(options.workingDir === undefined ? {} : { WorkingDir: options.workingDir }),
    ...(options.user === undefined ? {} : { User: options.user }),
    ...(options.signal === undefined ? {} : { abortSignal: options.signal }),
  });
  // With `hijack` docker-modem hands over the upgraded socket itself.
  const socket = (await exec.start({ hijack: true, stdin: true, Tty: tty })) as unknown as Socket;
  socket.setNoDelay(true);
  // A reset connection is an end like any other: `exit` tells what became of the command.
  socket.on('error', () => socket.destroy());
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  const resize = async (size: { cols: number; rows: number }) => {
    await exec.resize({ w: size.cols, h: size.rows });
  };
  if (options.tty) await resize(options.tty).catch(ignoreEndedExec);

  const onAbort = () => socket.destroy();
  options.signal?.addEventListener('abort', onAbort, { once: true });
  const exit = closed.then(() => {
    options.signal?.removeEventListener('abort', onAbort);
    return exitCode(exec);
  });
  const { stream, stderr } = tty ? { stream: socket as Duplex, stderr: ended() } : split(socket);
  return { stream, stderr, resize, exit, close: () => void socket.destroy() };
}

function split(socket: Socket): { stream: Duplex; stderr: PassThrough } {
  const { stdout, stderr } = demux(socket);
  return { stream: new SplitDuplex(stdout, socket), stderr };
}

/** Reads the one, writes the other; ending it half-closes, so that the command sees the end of its input. */
class SplitDuplex extends Duplex {
  readonly #source: PassThrough;
  readonly #socket: Socket;

  constructor(source: PassThrough, socket: Socket) {
    super({ allowHalfOpen: true });
    this.#source = source;
    this.#socket = socket;
    source.on('data', (chunk: Buffer) => {
      if (!this.push(chunk)) source.pause();
    });
    source.once('end', () => this.push(null));
    socket.once('close', () => {
      if (!this.writableEnded) this.destroy();
    });
  }

  override _read(): void {
    this.#source.resume();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.#socket.write(chunk, done);
  }

  override _final(done: () => void): void {
    this.#socket.end(done);
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#socket.destroy();
    done(error);
  }
}

function ended(): PassThrough {
  const stream = new PassThrough();
  stream.end();
  return stream;
}

async function exitCode(exec: Docker.Exec): Promise<number | null> {
  for (let i = 0; i < EXIT_POLLS; i++) {
    try {
      const info = await exec.inspect();
      if (!info.Running) return info.ExitCode;
    } catch {
      // The container, and with it the exec, is gone: the code is not known.
      return null;
    }
    await sleep(EXIT_POLL_MS);
  }
  return null;
}

/** A command that ended before its size was set is no error. */
function ignoreEndedExec(error: unknown): void {
  const status = (error as { statusCode?: number }).statusCode;
  if (status !== 404 && status !== 409 && status !== 500) throw error;
}
