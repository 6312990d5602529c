import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { debianMirror } from '../../../sandbox-server/setup/debian-mirror.ts';

let etc: string;
beforeEach(async () => {
  etc = await mkdtemp(join(tmpdir(), 'drydock-apt-'));
  await mkdir(join(etc, 'sources.list.d'));
});
afterEach(() => rm(etc, { recursive: true }));

test('the mirror of this machine is taken over, in the old form and in the new', async () => {
  await writeFile(join(etc, 'sources.list'), 'deb http://mirror.example/debian/ bookworm main\n');
  await writeFile(
    join(etc, 'sources.list.d', 'debian.sources'),
    'Types: deb\nURIs: http://mirror.example/debian-security\nSuites: bookworm-security\n',
  );
  expect(await debianMirror(etc)).toEqual({
    main: 'http://mirror.example/debian',
    security: 'http://mirror.example/debian-security',
  });
});

test('comments and other people’s packages for Debian are no mirror', async () => {
  await writeFile(join(etc, 'sources.list'), '# deb http://old.example/debian buster main\n');
  await writeFile(
    join(etc, 'sources.list.d', 'docker.list'),
    'deb https://download.example/linux/debian bookworm stable\n',
  );
  expect((await debianMirror(etc)).main).toBe('http://deb.debian.org/debian');
});

test('a machine without apt gets Debian’s own', async () => {
  expect(await debianMirror(join(etc, 'none'))).toEqual({
    main: 'http://deb.debian.org/debian',
    security: 'http://deb.debian.org/debian-security',
  });
});
