import { createReadStream } from 'node:fs';
import { lstat, readdir, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable, type Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { pack as createPack, type Header, type Pack } from 'tar-stream';

type EntryHeader = Partial<Header> & Pick<Header, 'name'>;

/** Something that a build needs besides its folder. */
export type ContextPart = (pack: Pack) => Promise<void>;

/** A build context as a tar stream. The same files make the same bytes: no times, no owners. */
export function buildContext(parts: readonly ContextPart[]): Readable {
  const pack = createPack();
  const fill = async () => {
    for (const part of parts) await part(pack);
    pack.finalize();
  };
  fill().catch((error: unknown) => pack.destroy(error instanceof Error ? error : new Error(String(error))));
  // tar-stream streams by `streamx`; whoever reads it wants one of Node's.
  return Readable.from(pack);
}

export function folderPart(folder: string, prefix = ''): ContextPart {
  return async (pack) => {
    for (const name of (await readdir(folder)).toSorted()) {
      const path = join(folder, name);
      const entry = `${prefix}${name}`;
      const stat = await lstat(path);
      if (stat.isDirectory()) {
        await add(pack, { name: entry, type: 'directory', mode: 0o755 });
        await folderPart(path, `${entry}/`)(pack);
      } else if (stat.isSymbolicLink()) {
        await add(pack, { name: entry, type: 'symlink', linkname: await readlink(path) });
      } else {
        const mode = (stat.mode & 0o100) === 0 ? 0o644 : 0o755;
        await addStream(pack, { name: entry, size: stat.size, mode }, createReadStream(path));
      }
    }
  };
}

export function filePart(name: string, content: Buffer, mode = 0o644): ContextPart {
  return (pack) => addStream(pack, { name, size: content.length, mode }, Readable.from([content]));
}

export async function addStream(pack: Pack, header: EntryHeader, content: AsyncIterable<unknown>): Promise<void> {
  const entry = pack.entry({ ...header, mtime: new Date(0), uid: 0, gid: 0 });
  // streamx's streams work where Node's do, though their types don't say so.
  await pipeline(content, entry as unknown as Writable);
}

function add(pack: Pack, header: EntryHeader): Promise<void> {
  return new Promise((resolve, reject) => {
    pack.entry({ ...header, mtime: new Date(0), uid: 0, gid: 0 }, (error) => (error ? reject(error) : resolve()));
  });
}
