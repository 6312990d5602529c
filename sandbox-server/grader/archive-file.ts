import { Readable } from 'node:stream';
import { extract, type Header } from 'tar-stream';

/** The only entry of a tar archive: a file's text, or where a link leads. */
export async function onlyEntry(
  archive: Buffer,
): Promise<{ type: Header['type']; text: string; linkname: string } | undefined> {
  const entries = Readable.from([archive]).pipe(extract());
  for await (const entry of entries) {
    const chunks: Buffer[] = [];
    for await (const chunk of entry) chunks.push(chunk as Buffer);
    entries.destroy();
    const { type, linkname } = entry.header;
    return { type, text: Buffer.concat(chunks).toString('utf8'), linkname: linkname ?? '' };
  }
  return undefined;
}
