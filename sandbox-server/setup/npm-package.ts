import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { extract as createExtract } from 'tar-stream';
import { addStream, type ContextPart } from './build-context.ts';
import type { NpmPackage } from './lab-manifest.ts';
import { runCommand } from './run-command.ts';
import type { Host } from './types.ts';

/** Fetches a package with npm (so a user's own registry is used) into `cacheDir`, unless it is there and sound. */
export async function fetchNpmPackage(host: Host, source: NpmPackage, cacheDir: string): Promise<string> {
  await mkdir(cacheDir, { recursive: true });
  const path = join(cacheDir, `${source.spec.replace(/^@/, '').replaceAll('/', '-').replace('@', '-')}.tgz`);
  if ((await integrityOf(path)) === source.integrity) return path;
  // The integrity below is what is trusted, not what npm prints.
  await runCommand(['npm', 'pack', '--loglevel=error', '--pack-destination', cacheDir, source.spec], {
    env: host.env,
    cwd: cacheDir,
  });
  const integrity = await integrityOf(path);
  if (integrity !== source.integrity) {
    await rm(path, { force: true });
    throw new Error(
      `${source.spec} is not what the manifest expects: its hash is ${integrity ?? 'missing'}, not ${source.integrity}`,
    );
  }
  return path;
}

async function integrityOf(path: string): Promise<string | undefined> {
  const content = await readFile(path).catch(() => undefined);
  return content && `sha512-${createHash('sha512').update(content).digest('base64')}`;
}

/** The content of a package's archive as part of a build context. */
export function npmPackagePart(archive: string, source: NpmPackage): ContextPart {
  return async (pack) => {
    const extract = createExtract();
    const read = async () => {
      for await (const entry of extract) {
        const { name, size, type, mode } = entry.header;
        // The first folder of a package's archive has any name.
        const inside = name.split('/').slice(1).join('/');
        if (type !== 'file' || (source.only !== undefined && inside !== source.only)) {
          entry.resume();
          continue;
        }
        await addStream(
          pack,
          { name: `${source.into}/${inside}`, size, mode: (mode & 0o100) === 0 ? 0o644 : 0o755 },
          entry,
        );
      }
    };
    await Promise.all([pipeline(createReadStream(archive), createGunzip(), extract as unknown as Writable), read()]);
  };
}
