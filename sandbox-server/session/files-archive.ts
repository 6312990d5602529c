import { readdir, readFile, readlink, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pack, type Pack } from 'tar-stream';

/** Left by editors and file managers. */
const UNWANTED = new Set(['.DS_Store', 'Thumbs.db']);

/** The content of folders as one tar archive, a later folder's files over an earlier one's. */
export function filesArchive(folders: readonly string[]): Readable {
  const archive = pack();
  const add = async () => {
    for (const folder of folders) await addFolder(archive, folder, '');
    archive.finalize();
  };
  add().catch((error: unknown) => archive.destroy(error instanceof Error ? error : new Error(String(error))));
  return Readable.from(archive);
}

async function addFolder(archive: Pack, folder: string, prefix: string): Promise<void> {
  const entries = await readdir(folder, { withFileTypes: true });
  for (const entry of entries.sort((a, b) => a.name.localeCompare(b.name))) {
    if (UNWANTED.has(entry.name)) continue;
    const path = join(folder, entry.name);
    const name = prefix + entry.name;
    if (entry.isDirectory()) {
      await write(archive, { name: `${name}/`, type: 'directory', mode: 0o755 });
      await addFolder(archive, path, `${name}/`);
    } else if (entry.isSymbolicLink()) {
      await write(archive, { name, type: 'symlink', linkname: await readlink(path) });
    } else if (entry.isFile()) {
      const executable = ((await stat(path)).mode & 0o100) !== 0;
      await write(archive, { name, mode: executable ? 0o755 : 0o644 }, await readFile(path));
    }
  }
}

function write(archive: Pack, header: Parameters<Pack['entry']>[0], content?: Buffer): Promise<void> {
  return new Promise((resolve, reject) => {
    const done = (error?: Error | null) => (error ? reject(error) : resolve());
    if (content) archive.entry(header, content, done);
    else archive.entry(header, done);
  });
}
