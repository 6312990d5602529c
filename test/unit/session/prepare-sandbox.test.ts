import { chmod, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { extract } from 'tar-stream';
import { expect, test } from 'vitest';
import { prepareSandbox } from '../../../sandbox-server/session/prepare-sandbox.ts';
import { FakeBackend } from '../grader/fake-backend.ts';

const SANDBOX = { id: 'test', machines: ['host', 'db'] };

async function folders() {
  const root = await mkdtemp(join(tmpdir(), 'drydock-files-'));
  await mkdir(join(root, 'a/sub'), { recursive: true });
  await mkdir(join(root, 'b'));
  await writeFile(join(root, 'a/one'), 'first');
  await writeFile(join(root, 'a/sub/run.sh'), 'true');
  await chmod(join(root, 'a/sub/run.sh'), 0o755);
  await symlink('one', join(root, 'a/link'));
  await writeFile(join(root, 'b/one'), 'second');
  return { paths: [join(root, 'a'), join(root, 'b')], [Symbol.asyncDispose]: () => rm(root, { recursive: true }) };
}

test('files go to the home of every machine, later folders over earlier ones, and setup runs on the first', async () => {
  const seen: Record<string, string[]> = { host: [], db: [] };
  const backend = new FakeBackend(({ command, machine, stdin, exit }) => {
    if (command[0] !== '/usr/bin/tar') {
      seen[machine]!.push(command.at(-1)!);
      stdin.resume();
      return exit(0);
    }
    const untar = extract();
    untar.on('entry', (header, content, next) => {
      let text = '';
      content.on('data', (chunk) => (text += String(chunk)));
      content.on('end', () => {
        seen[machine]!.push(`${header.name} ${(header.mode ?? 0).toString(8)} ${header.linkname ?? ''}${text}`);
        next();
      });
    });
    untar.on('finish', () => exit(0));
    stdin.pipe(untar);
  });
  await using files = await folders();
  const lab = { sandbox: { setup: ['mkdir x', 'touch x/y'] }, tasks: {} };
  await prepareSandbox(backend, SANDBOX, { lab, filesFolders: files.paths });
  const copied = ['link 777 one', 'one 644 first', 'sub/ 755 ', 'sub/run.sh 755 true', 'one 644 second'];
  expect(seen['db']!.map((line) => line.replace(/^link \d+/, 'link 777'))).toEqual(copied);
  expect(seen['host']!.slice(-2)).toEqual(['mkdir x', 'touch x/y']);
});

test('a setup line that fails says which one it was, and what it printed', async () => {
  const backend = new FakeBackend(({ stdin, stderr, exit }) => {
    stdin.resume();
    stderr.write('no space');
    exit(1);
  });
  const prepared = prepareSandbox(backend, SANDBOX, {
    lab: { sandbox: { setup: ['mkdir x'] }, tasks: {} },
    filesFolders: [],
  });
  await expect(prepared).rejects.toMatchObject({
    code: 'start-failed',
    message: 'The lab could not be made ready: `mkdir x` failed.',
    cause: { message: expect.stringContaining('no space') },
  });
});
