import { Duplex } from 'node:stream';
import type { Backend, ExecStream, SandboxRef } from '../backend/backend.ts';
import { execToEnd } from '../backend/exec-to-end.ts';
import { PATHS } from '../backend/paths.ts';

/** A shell on a machine that outlives connections: the stream of one connection to its PTY holder. */
export interface HeldShell extends ExecStream {
  /** Names this life of the shell; offsets count within it. */
  readonly epoch: string;
  /** Offset of the first byte that `stream` gives: later than asked for when older output is gone. */
  readonly offset: number;
  /** Offset after the newest byte when it was connected: what `stream` gives before that was printed earlier. */
  readonly newest: number;
}

/** Starts a shell on a machine, or connects to the one with this id, from an offset on. */
export async function openShell(
  backend: Backend,
  sandbox: SandboxRef,
  machine: string,
  terminal: string,
  from: number,
): Promise<HeldShell> {
  return attachShell(
    await backend.exec(sandbox, machine, shellCommand(terminal), { env: SHELL_ENV, workingDir: PATHS.home }),
    from,
  );
}

/** Ends a shell and what runs in it: without its holder the terminal hangs up. Succeeds when there is none. */
export async function endShell(
  backend: Backend,
  sandbox: SandboxRef,
  machine: string,
  terminal: string,
): Promise<void> {
  const holder = shellCommand(terminal).slice(0, 2).join(' ');
  const signal = AbortSignal.timeout(ANSWER_MS);
  await execToEnd(backend, sandbox, machine, ['/usr/bin/pkill', '--full', `^${holder} `], { signal });
}

/** The command that starts the shell in its holder, or connects to it (images/shell/pty/drydock-pty.c). */
function shellCommand(terminal: string): string[] {
  if (!/^[a-z0-9]+$/.test(terminal)) throw new Error(`not a terminal id: ${terminal}`);
  return ['/usr/local/bin/drydock-pty', `${PATHS.terminals}/${terminal}`, '/bin/bash', '-l'];
}

const SHELL_ENV = {
  TERM: 'xterm-256color',
  COLORTERM: 'truecolor',
  LANG: 'C.UTF-8',
  SHELL: '/bin/bash',
  USER: 'learner',
};

const HELLO = /^DRYPTY1\n([0-9a-f]{16})$/;
const HELLO_BYTES = 40;
const HEADER_BYTES = 5;
/** The holder takes no larger ones. */
const MAX_PAYLOAD_BYTES = 64 * 1024;
/** The holder answers within milliseconds; a host on its knees may take longer. */
const ANSWER_MS = 15_000;
/** Of what the holder prints when it fails. */
const MAX_COMPLAINT_CHARS = 1_000;
/** The holder's way to say that only the connection ended. */
const CONNECTION_ENDED = 255;
/** The connection's program was killed, as everything in a machine that stops: that says nothing of the shell. */
const KILLED = 137;

/** Attaches from an offset. Rejects when the holder does not answer, with what it said instead. */
export async function attachShell(exec: ExecStream, from: number): Promise<HeldShell> {
  const attach = Buffer.alloc(8);
  attach.writeBigUInt64BE(BigInt(from));
  exec.stream.write(frame('A', attach));
  const hello = await readHello(exec);
  const epoch = HELLO.exec(hello.subarray(0, 24).toString('latin1'))?.[1];
  if (epoch === undefined) throw new Error('the PTY holder did not greet');
  return {
    epoch,
    offset: Number(hello.readBigUInt64BE(24)),
    newest: Number(hello.readBigUInt64BE(32)),
    stream: new FramedInput(exec.stream),
    stderr: exec.stderr,
    exit: exec.exit.then((code) => (code === CONNECTION_ENDED || code === KILLED ? null : code)),
    resize: async ({ cols, rows }) => {
      const size = Buffer.alloc(4);
      size.writeUInt16BE(cols, 0);
      size.writeUInt16BE(rows, 2);
      if (exec.stream.writable) exec.stream.write(frame('R', size));
    },
    close: () => exec.close(),
  };
}

function frame(type: 'A' | 'I' | 'R', payload: Buffer): Buffer {
  const header = Buffer.alloc(HEADER_BYTES);
  header.write(type, 'latin1');
  header.writeUInt32BE(payload.length, 1);
  return Buffer.concat([header, payload]);
}

async function readHello({ stream, stderr, exit, close }: ExecStream): Promise<Buffer> {
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>();
  const timer = setTimeout(() => reject(new Error(`the PTY holder did not answer within ${ANSWER_MS} ms`)), ANSWER_MS);
  const onReadable = () => {
    const hello: unknown = stream.read(HELLO_BYTES);
    if (Buffer.isBuffer(hello) && hello.length === HELLO_BYTES) resolve(hello);
  };
  let complaint = '';
  stderr.on('data', (chunk: Buffer) => {
    if (complaint.length < MAX_COMPLAINT_CHARS) complaint += chunk.toString('utf8');
  });
  void exit.then((code) => reject(new Error(`the PTY holder ended with ${String(code)}: ${complaint.trim()}`)));
  stream.on('readable', onReadable);
  onReadable();
  try {
    return await promise;
  } catch (error) {
    close();
    throw error;
  } finally {
    clearTimeout(timer);
    stream.off('readable', onReadable);
  }
}

/** Reads output as it is; writes input as frames. */
class FramedInput extends Duplex {
  readonly #inner: Duplex;

  constructor(inner: Duplex) {
    super({ allowHalfOpen: false });
    this.#inner = inner;
    inner.on('data', (chunk: Buffer) => {
      if (!this.push(chunk)) inner.pause();
    });
    inner.once('end', () => this.push(null));
    inner.once('close', () => this.destroy());
    inner.resume();
  }

  override _read(): void {
    this.#inner.resume();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    let last = true;
    for (let at = 0; at < chunk.length; at += MAX_PAYLOAD_BYTES) {
      last = this.#inner.write(frame('I', chunk.subarray(at, at + MAX_PAYLOAD_BYTES)));
    }
    if (last || this.#inner.destroyed) done();
    else this.#inner.once('drain', done);
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#inner.destroy();
    done(error);
  }
}
