/** Blocks are this large: an idle terminal costs one at most, and dropping old output means dropping whole blocks. */
const BLOCK_BYTES = 16 * 1024;

interface Block {
  /** Offset of its first byte. */
  start: number;
  bytes: Buffer;
  length: number;
}

/** What a terminal printed, by offset; keeps at least the last `keep` bytes (less one block) and forgets what is older. */
export class OutputLog {
  readonly #keep: number;
  readonly #blocks: Block[] = [];
  #end: number;

  /** `from`: offset of the first byte that will be appended. */
  constructor(keep: number, from = 0) {
    this.#keep = keep;
    this.#end = from;
  }

  /** Offset of the oldest byte that is kept. */
  get start(): number {
    return this.#blocks[0]?.start ?? this.#end;
  }

  /** Offset after the newest byte. */
  get end(): number {
    return this.#end;
  }

  append(chunk: Buffer): void {
    let at = 0;
    while (at < chunk.length) {
      let block = this.#blocks.at(-1);
      if (block === undefined || block.length === block.bytes.length) {
        // Small chunks are slices of large pooled buffers: copied, so that they do not keep those alive.
        block = { start: this.#end, bytes: Buffer.allocUnsafeSlow(BLOCK_BYTES), length: 0 };
        this.#blocks.push(block);
      }
      const copied = chunk.copy(block.bytes, block.length, at);
      block.length += copied;
      at += copied;
      this.#end += copied;
    }
    while (this.#blocks.length > 1 && this.#end - this.#blocks[0]!.start > this.#keep) this.#blocks.shift();
  }

  /** Up to `limit` bytes from the offset, which must be within what is kept; empty at the end. */
  read(offset: number, limit: number): Buffer {
    const parts: Buffer[] = [];
    let left = limit;
    for (const block of this.#blocks) {
      if (left === 0) break;
      const from = offset - block.start;
      if (from >= block.length) continue;
      const part = block.bytes.subarray(from, Math.min(block.length, from + left));
      parts.push(part);
      offset += part.length;
      left -= part.length;
    }
    return parts.length === 1 ? parts[0]! : Buffer.concat(parts);
  }
}
