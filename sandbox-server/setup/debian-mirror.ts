import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

export interface DebianMirror {
  main: string;
  security: string;
}

const DEFAULT: DebianMirror = {
  main: 'http://deb.debian.org/debian',
  security: 'http://deb.debian.org/debian-security',
};

/** The mirror that this machine's own apt uses, when it is a Debian; the images take their packages from there too. */
export async function debianMirror(etcApt = '/etc/apt'): Promise<DebianMirror> {
  const sources = await readSources(etcApt);
  const uris = [...sources.matchAll(/\bhttps?:\/\/[^\s\]]+/g)].map(([uri]) => uri.replace(/\/$/, ''));
  return {
    // `…/linux/debian` is how Docker and others call their own packages for Debian.
    main: uris.find((uri) => /(?<!\/linux)\/debian$/.test(uri)) ?? DEFAULT.main,
    security: uris.find((uri) => uri.endsWith('/debian-security')) ?? DEFAULT.security,
  };
}

async function readSources(etcApt: string): Promise<string> {
  const names = await readdir(join(etcApt, 'sources.list.d')).catch(() => []);
  const files = [
    'sources.list',
    ...names.filter((name) => /\.(list|sources)$/.test(name)).map((name) => `sources.list.d/${name}`),
  ];
  const texts = await Promise.all(files.map((file) => readFile(join(etcApt, file), 'utf8').catch(() => '')));
  // Comments often name what an installation came from.
  return texts
    .flatMap((text) => text.split('\n'))
    .filter((line) => !/^\s*#/.test(line))
    .join('\n');
}
