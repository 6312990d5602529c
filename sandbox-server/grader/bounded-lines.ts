/** Lines of a stream; one that is longer than the bound is dropped, and never held in memory. */
export async function* boundedLines(stream: AsyncIterable<Buffer>, maxChars: number): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let line = '';
  let tooLong = false;
  for await (const chunk of stream) {
    const parts = decoder.decode(chunk, { stream: true }).split('\n');
    for (const [index, part] of parts.entries()) {
      if (index > 0) {
        if (!tooLong) yield line;
        line = '';
        tooLong = false;
      }
      if (line.length + part.length > maxChars) {
        line = '';
        tooLong = true;
      }
      if (!tooLong) line += part;
    }
  }
}
