import { readFile, writeFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import type { PageServer } from '../../sandbox-server/gateway/page-server.ts';
import { MADE, madeLesson } from '../support/made-lesson.ts';
import { testServer } from '../support/test-server.ts';

const pages: PageServer = {
  answer: (_request, response) => void response.end('<h1>as it is written</h1>'),
  isForPages: () => false,
  upgrade: (_request, socket) => void socket.destroy(),
};

async function author() {
  const made = await madeLesson();
  const told: string[] = [];
  const server = await testServer({
    contentDir: made.contentDir,
    authoring: { pages, tell: (text) => void told.push(text) },
  });
  return {
    server,
    told,
    edit: async (name: string, from: string | RegExp, to: string) => {
      const text = await readFile(made.file(name), 'utf8');
      expect(text).toMatch(from);
      await writeFile(
        made.file(name),
        text.replace(from, () => to),
      );
    },
    write: (name: string, text: string) => writeFile(made.file(name), text),
    read: (name: string) => readFile(made.file(name), 'utf8'),
    [Symbol.asyncDispose]: async () => {
      await server[Symbol.asyncDispose]();
      await made[Symbol.asyncDispose]();
    },
  };
}

const MISSING = /notYet\('The container greeter has no[^']*'/;

test('a changed check runs at once in the sandbox that is there; of one that cannot be read the last good version stays', async () => {
  await using work = await author();
  const { events, session } = await work.server.learner().ready(MADE);
  const says = (message: string) =>
    events.until(message, () => events.task('greet')?.verdict?.message.includes(message));
  const sandboxes = (await work.server.leftovers()).sort();

  events.send({ type: 'check', task: 'greet' });
  await says('greeter');
  await work.edit(
    'lab.ts',
    "const greeter = await docker.container('greeter');",
    "const greeter = await docker.container('host-greeter');",
  );
  await says('host-greeter');
  expect(work.told).toEqual(['course/module/1-made: the checks of running labs are the new ones']);

  const good = await work.read('lab.ts');
  await work.write('lab.ts', good.replace('defineLab({', 'defineLab({{'));
  await work.write('lesson.mdx', `${await work.read('lesson.mdx')}\n<Task`);
  events.send({ type: 'check', task: 'greet' });
  await events.until('checking', () => events.task('greet')?.state === 'checking');
  await says('host-greeter');

  await work.write(
    'lab.ts',
    good.replace(/const greeter = await[\s\S]*?toContain\([^)]*\);/, 'void [docker, expect, notYet];'),
  );
  await events.taskIs('greet', 'done');
  await work.write('lab.ts', good);
  await events.taskIs('greet', 'notYet');
  await says('host-greeter');

  expect((await work.server.leftovers()).sort()).toEqual(sandboxes);
  expect(events.session).toMatchObject({ id: session.id, state: 'ready' });
  expect(events.session.notice).toBeUndefined();
});

test('a check that breaks says in which line, to its author and in the task', async () => {
  await using work = await author();
  const { events } = await work.server.learner().ready(MADE);
  await work.edit('lab.ts', MISSING, `throw new Error('so it is'); notYet('never'`);
  await work.edit(
    'lab.ts',
    "const greeter = await docker.container('greeter');",
    'const greeter = (await docker.images())[99]!;',
  );
  const { verdict } = await events.taskIs('greet', 'broken');
  const line = (await work.read('lab.ts')).split('\n').findIndex((text) => text.includes('expect(greeter.image')) + 1;
  expect(verdict?.message).toMatch(/^The check broke: Cannot read properties of undefined/);
  expect(verdict?.observed).toMatch(new RegExp(`1-made/lab\\.ts:${line}$`));
  await expect.poll(() => work.told.at(-1)).toMatch(new RegExp(`lab\\.ts:${line}: the check of “greet” broke`));
});

test('changed files need a reset, which is said, and which brings them', async () => {
  await using work = await author();
  const learner = work.server.learner();
  const { events, session } = await learner.ready(MADE);
  await work.write('files/greeting.txt', 'Hello again.\n');
  await events.until('the notice', () => events.session.notice?.code === 'lab-changed');
  expect(work.told).toEqual([expect.stringContaining('a running lab has them when it is reset')]);

  await learner.request('POST', `/api/sessions/${session.id}/reset`);
  await events.reaches('resetting');
  const { terminals, notice } = await events.reaches('ready');
  expect(notice).toBeUndefined();
  const terminal = await learner.terminal(session.id, terminals[0]!.id);
  terminal.type('cat greeting.txt\r');
  await terminal.sees('Hello again.');
  expect(await learner.request('GET', '/any/page/', undefined, { accept: 'text/html' })).toMatchObject({
    body: '<h1>as it is written</h1>',
  });
});
