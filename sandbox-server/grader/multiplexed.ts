/** A frame's header: stream, three zeros, length. */
const HEADER_BYTES = 8;

/** Takes the engine's multiplexed stream apart: standard output and error of a command without a terminal. */
export function demultiplex(bytes: Buffer): { stdout: Buffer; stderr: Buffer; both: Buffer } {
  const [stdout, stderr, both]: Buffer[][] = [[], [], []];
  for (let at = 0; at + HEADER_BYTES <= bytes.length;) {
    const end = at + HEADER_BYTES + bytes.readUInt32BE(at + 4);
    const payload = bytes.subarray(at + HEADER_BYTES, end);
    (bytes[at] === 2 ? stderr! : stdout!).push(payload);
    both!.push(payload);
    at = end;
  }
  return { stdout: Buffer.concat(stdout!), stderr: Buffer.concat(stderr!), both: Buffer.concat(both!) };
}
