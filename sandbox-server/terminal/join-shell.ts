import type { ExecStream } from '../backend/backend.ts';

/** What dtach prints when it has joined. The page keeps what it shows, so this is left out. */
const JOINED = Buffer.from('\x1b[H\x1b[J');
/** Joining takes some ten milliseconds; a busy host may take longer. After this the stream is taken as it is. */
const JOIN_MS = 5_000;
/** Nothing but a few words of the machine's own comes before it. */
const MAX_BEFORE_BYTES = 16 * 1024;

/**
 * Resolves when the shell can be typed into: what is typed before that would be echoed by the machine, and again by the
 * shell. The stream goes on behind dtach's own output.
 */
export async function whenJoined(exec: ExecStream): Promise<ExecStream> {
  const { stream } = exec;
  let before = Buffer.alloc(0);
  await new Promise<void>((resolve) => {
    const done = (rest: Buffer) => {
      clearTimeout(timer);
      stream.off('readable', onReadable);
      stream.off('end', onEnd);
      stream.off('close', onEnd);
      if (rest.length > 0) stream.unshift(rest);
      resolve();
    };
    // A shell that could not start: its exit code says so.
    const onEnd = () => done(Buffer.alloc(0));
    const onReadable = () => {
      for (let chunk: unknown = stream.read(); Buffer.isBuffer(chunk); chunk = stream.read()) before = Buffer.concat([before, chunk]);
      const at = before.indexOf(JOINED);
      if (at !== -1) done(before.subarray(at + JOINED.length));
      else if (before.length > MAX_BEFORE_BYTES) done(before);
    };
    const timer = setTimeout(() => done(before), JOIN_MS);
    stream.on('readable', onReadable);
    stream.on('end', onEnd);
    stream.on('close', onEnd);
  });
  return exec;
}
