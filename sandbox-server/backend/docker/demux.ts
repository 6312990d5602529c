import { PassThrough, type Readable } from 'node:stream';

const HEADER_BYTES = 8;
const STDERR = 2;

/**
 * Splits the engine's multiplexed stream into standard output and standard error. Backpressure of either pauses the source.
 * Frame: 1 byte stream number, 3 bytes zero, 4 bytes length, payload
 * (https://docs.docker.com/reference/api/engine/ , "Stream format" of container attach).
 */
export function demux(source: Readable): { stdout: PassThrough; stderr: PassThrough } {
  const stdout = new PassThrough();
  const stderr = new PassThrough();
  const header = Buffer.alloc(HEADER_BYTES);
  let headerFilled = 0;
  let left = 0;
  let target = stdout;

  const full = new Set<PassThrough>();

  const write = (to: PassThrough, chunk: Buffer) => {
    if (to.write(chunk) || to.writableEnded || full.has(to)) return;
    full.add(to);
    source.pause();
    to.once('drain', () => {
      full.delete(to);
      if (full.size === 0) source.resume();
    });
  };

  source.on('data', (chunk: Buffer) => {
    let at = 0;
    while (at < chunk.length) {
      if (left === 0) {
        const taken = Math.min(HEADER_BYTES - headerFilled, chunk.length - at);
        chunk.copy(header, headerFilled, at, at + taken);
        headerFilled += taken;
        at += taken;
        if (headerFilled < HEADER_BYTES) return;
        headerFilled = 0;
        target = header[0] === STDERR ? stderr : stdout;
        left = header.readUInt32BE(4);
        continue;
      }
      const taken = Math.min(left, chunk.length - at);
      write(target, chunk.subarray(at, at + taken));
      left -= taken;
      at += taken;
    }
  });
  const end = () => {
    stdout.end();
    stderr.end();
  };
  source.once('end', end);
  source.once('close', end);
  source.once('error', end);
  return { stdout, stderr };
}
