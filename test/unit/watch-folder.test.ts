import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { systemClock } from '../../sandbox-server/clock.ts';
import { watchFolder } from '../../sandbox-server/watch-folder.ts';

async function watchedFolder() {
  const folder = await mkdtemp(join(tmpdir(), 'drydock-watch-'));
  await mkdir(join(folder, 'lesson/files'), { recursive: true });
  const changes: string[][] = [];
  const watching = watchFolder({
    folder,
    clock: systemClock,
    onChange: (files) => void changes.push(files.map((file) => file.slice(folder.length + 1)).sort()),
    onError: (error) => expect.unreachable(error.message),
  });
  return {
    folder,
    changes,
    [Symbol.asyncDispose]: async () => {
      watching[Symbol.dispose]();
      watching[Symbol.dispose]();
      await rm(folder, { recursive: true });
    },
  };
}

test('files that change together are told together, files of new folders too, and hidden ones', async () => {
  await using watched = await watchedFolder();
  await writeFile(join(watched.folder, 'lesson/lab.ts'), '1');
  await writeFile(join(watched.folder, 'lesson/files/.npmrc'), '1');
  await expect.poll(() => watched.changes).toEqual([['lesson/files/.npmrc', 'lesson/lab.ts']]);
  await mkdir(join(watched.folder, 'lesson/new'));
  await expect.poll(() => watched.changes.flat()).toContain('lesson/new');
  await writeFile(join(watched.folder, 'lesson/new/a.txt'), '1');
  await expect.poll(() => watched.changes.flat()).toContain('lesson/new/a.txt');
});

test('a file that an editor puts in the place of another is told, what it writes meanwhile is not', async () => {
  await using watched = await watchedFolder();
  await writeFile(join(watched.folder, 'lesson/.lab.ts.swp'), '1');
  await writeFile(join(watched.folder, 'lesson/4913'), '1');
  await writeFile(join(watched.folder, 'lesson/lab.ts~'), '1');
  await rename(join(watched.folder, 'lesson/lab.ts~'), join(watched.folder, 'lesson/lab.ts'));
  await expect.poll(() => watched.changes).toEqual([['lesson/lab.ts']]);
});
