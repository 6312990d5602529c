import type Docker from 'dockerode';
import type { Duplex } from 'node:stream';
import { WebSocket } from 'ws';
import { ACK_EVERY_BYTES } from '../sandbox-server/protocol/terminal.ts';
import type { Learner } from '../test/support/learner.ts';

/** One terminal with a program on it, whoever carries the bytes. */
export interface Line {
  write(bytes: string): void;
  /** Gets all bytes from now on; a later call replaces an earlier one. */
  onBytes(take: (chunk: Buffer) => void): void;
  close(): void;
}

const NOTHING = () => undefined;

/** Our server's stream of a terminal, acknowledged as a page does. */
export async function ourLine(learner: Learner, session: string, terminal: string): Promise<Line> {
  const url = `${learner.url.replace('http', 'ws')}/api/sessions/${session}/terminals/${terminal}/stream`;
  const socket = new WebSocket(url, {
    headers: { origin: learner.url, cookie: learner.cookie },
    perMessageDeflate: false,
  });
  // What comes before anybody listens, the prompt, waits for the first who does.
  const early: Buffer[] = [];
  let take: (chunk: Buffer) => void = (chunk) => void early.push(chunk);
  let offset = 0;
  let acknowledged = 0;
  socket.on('message', (data: Buffer, isBinary) => {
    if (!isBinary) {
      const message = JSON.parse(data.toString()) as { type: string; offset?: number };
      if (message.type === 'hello') acknowledged = offset = message.offset ?? 0;
      return;
    }
    offset += data.length;
    if (offset - acknowledged >= ACK_EVERY_BYTES) {
      acknowledged = offset;
      socket.send(JSON.stringify({ type: 'ack', offset }));
    }
    take(data);
  });
  await opened(socket);
  socket.send(JSON.stringify({ type: 'resize', cols: 80, rows: 24 }));
  return {
    write: (bytes) => socket.send(Buffer.from(bytes)),
    onBytes: (to) => {
      take = to;
      for (const chunk of early.splice(0)) take(chunk);
    },
    close: () => socket.close(),
  };
}

/** ttyd's stream (its protocol: a letter, then bytes), never paused by us, which is the best it can do. */
export async function ttydLine(port: number): Promise<Line> {
  const socket = new WebSocket(`ws://127.0.0.1:${port}/ws`, ['tty'], { perMessageDeflate: false });
  let take: (chunk: Buffer) => void = NOTHING;
  const OUTPUT = '0'.charCodeAt(0);
  socket.on('message', (data: Buffer) => {
    if (data[0] === OUTPUT) take(data.subarray(1));
  });
  await opened(socket);
  socket.send(Buffer.from(JSON.stringify({ AuthToken: '', columns: 80, rows: 24 })));
  return {
    write: (bytes) => socket.send(Buffer.from(`0${bytes}`)),
    onBytes: (to) => (take = to),
    close: () => socket.close(),
  };
}

/** The engine's own exec with a terminal, drained in this process: the least that can be between us and the container. */
export async function execLine(docker: Docker, container: string): Promise<Line> {
  const exec = await docker.getContainer(container).exec({
    Cmd: ['/bin/bash', '-l'],
    AttachStdin: true,
    AttachStdout: true,
    AttachStderr: true,
    Tty: true,
  });
  const stream: Duplex = await exec.start({ hijack: true, stdin: true, Tty: true });
  let take: (chunk: Buffer) => void = NOTHING;
  stream.on('data', (chunk: Buffer) => take(chunk));
  return { write: (bytes) => stream.write(bytes), onBytes: (to) => (take = to), close: () => stream.destroy() };
}

/** Waits until the terminal has printed a text that comes after this call. */
export function printed(line: Line, text: string, ms = 120_000): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const timer = setTimeout(() => reject(new Error(`the terminal did not print “${text}” within ${ms} ms`)), ms);
  let tail = Buffer.alloc(0);
  line.onBytes((chunk) => {
    const isHere = chunk.includes(text) || Buffer.concat([tail, chunk.subarray(0, text.length)]).includes(text);
    tail = Buffer.from(Buffer.concat([tail, chunk.subarray(-text.length)]).subarray(-text.length));
    if (!isHere) return;
    clearTimeout(timer);
    line.onBytes(NOTHING);
    resolve();
  });
  return promise;
}

/** Types a line that ends by printing a word, and waits for it. */
export async function runs(line: Line, command: string): Promise<void> {
  const seen = printed(line, 'bench-done');
  // Split, so that the echo of the command is not taken for its end.
  line.write(`${command}; printf 'bench-%s' done\r`);
  await seen;
}

function opened(socket: WebSocket): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.once('open', () => resolve());
    socket.once('error', reject);
  });
}
