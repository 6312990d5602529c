import { afterAll, beforeAll, expect, test } from 'vitest';
import { systemClock } from '../../sandbox-server/clock.ts';
import { Pool } from '../../sandbox-server/grader/pool.ts';
import type { Lab } from '../../sandbox-server/lab/lab.ts';
import { parsePage } from '../../sandbox-server/lab/parse-page.ts';
import type { Failure } from '../../sandbox-server/verify/failure.ts';
import { CopyRoom } from '../../sandbox-server/verify/save-points.ts';
import { emptyTally } from '../../sandbox-server/verify/tally.ts';
import { verifyLesson } from '../../sandbox-server/verify/verify-lesson.ts';
import { leftovers, realBackend } from '../support/engine.ts';
import { labLesson } from '../support/lab-lesson.ts';

const under = realBackend();

beforeAll(() => under.backend.prepare());
afterAll(() => under[Symbol.asyncDispose]());

const FRONT = '---\ntitle: T\nsummary: S\nminutes: 5\n---\n';
const run = (code: string, meta = '') => `\`\`\`sh run${meta}\n${code}\n\`\`\``;
const task = (id: string, code: string) =>
  `<Task id="${id}" title="T">\n<Solution>\n${run(code)}\n</Solution>\n</Task>`;

async function verify(body: string[], tasks: Lab['tasks'], copies?: CopyRoom) {
  const { page, faults } = parsePage(FRONT + body.join('\n\n'), '/root/content/lesson.mdx');
  expect(faults).toEqual([]);
  const failures: Failure[] = [];
  const tally = emptyTally();
  const lesson = { ...labLesson('c/m/l', { tasks }), page: page! };
  const { signal } = new AbortController();
  const onFailure = (failure: Failure) => failures.push(failure);
  const pool = new Pool(2);
  const ok = await verifyLesson(lesson, {
    root: '/root',
    backend: under.backend,
    clock: systemClock,
    pool,
    copies,
    tally,
    signal,
    patience: 2_000,
    onFailure,
    onProgress: () => undefined,
  });
  return { ok, tally, failures };
}

const tagged: Lab['tasks'] = {
  tag: {
    check: async ({ docker, expect: that }) =>
      that((await docker.image('mine:1')).config.cmd, 'its command').toEqual(['sh']),
    nearMisses: [{ run: 'docker tag busybox:1.37 mine', says: 'images: busybox:1.37, mine:latest' }],
  },
};

test('a lesson is followed in a real terminal, its near miss is turned down, and nothing is left', async () => {
  const body = [
    run('cd /tmp && pwd\ndocker pull -q busybox:1.37'),
    run('ls nothing', ' fails'),
    task('tag', 'pwd | grep -qx /tmp\ndocker tag busybox:1.37 mine:1'),
  ];
  const { ok, tally, failures } = await verify(body, tagged);
  expect(failures).toEqual([]);
  expect(ok).toBe(true);
  expect(tally).toMatchObject({
    redBefore: 1,
    greenAfter: 1,
    nearMissesRejected: 1,
    runBlocks: 3,
    runBlocksOk: 3,
    broken: 0,
  });
  expect(await leftovers(under.docker, under.owner)).toEqual(
    expect.not.arrayContaining([expect.stringContaining('shell')]),
  );
});

test('a command that fails in the middle of a block is told with what the terminal showed', async () => {
  const { ok, failures } = await verify(
    [run('echo before\nls /nothing/here\necho after'), task('tag', 'true')],
    tagged,
  );
  expect(ok).toBe(false);
  expect(failures).toHaveLength(1);
  expect(failures[0]).toMatchObject({ stage: 'run block', place: 'content/lesson.mdx:6' });
  expect(failures[0]?.saw).toMatch(/exit code 2[\s\S]*before[\s\S]*No such file or directory[\s\S]*after/);
});

/** Done when its file is there; says what else is, as the checks of the sandbox see it. */
const fileTask = (name: string, ...nearMisses: Lab['tasks'][string]['nearMisses']): Lab['tasks'][string] => ({
  check: `cd; test -e ${name} || { ls -m; exit 1; }`,
  nearMisses,
});

test('sandboxes begin with a copy wherever nothing lives that is not on a disk, in the folder where the page was', async () => {
  const body = [
    run('mkdir -p a b; cd a; cd ../b\ndocker run --name done busybox:1.37 true'),
    task('one', 'touch ~/one'),
    // On no disk: a variable, a file in memory, a program, a container. What comes after it begins with the copy before it.
    run('here=1'),
    task('two', 'touch ~/two'),
    run('unset here; touch /tmp/here'),
    task('three', 'touch ~/three'),
    run('rm /tmp/here; sleep 600 & here=$!'),
    task('four', 'touch ~/four'),
    run('kill $here; wait $here || true; unset here; docker run -d --rm --name runs busybox:1.37 sleep 600'),
    task('five', 'touch ~/five'),
    run('docker rm -f runs'),
    task('six', 'touch ~/six'),
  ];
  const { failures, tally } = await verify(
    body,
    {
      one: fileTask('one', {
        run: 'pwd | grep -qx ~/b && cd - && pwd | grep -qx ~/a && touch ~/right',
        says: 'a, b, right',
      }),
      two: fileTask('two', { run: '[ "$here" = 1 ] && touch ~/right', says: 'a, b, one, right' }),
      three: fileTask('three', { run: '[ -e /tmp/here ] && touch ~/right', says: 'a, b, one, right, two' }),
      four: fileTask('four', { run: 'kill -0 $here && touch ~/right', says: 'a, b, one, right, three, two' }),
      five: fileTask('five', {
        run: '[ "$(docker ps -q)" ] && touch ~/right',
        says: 'a, b, four, one, right, three, two',
      }),
      six: fileTask('six', { run: 'touch ~/sechs', says: 'a, b, five, four, one, sechs, three, two' }),
    },
    new CopyRoom(9, 0),
  );
  expect(failures).toEqual([]);
  expect(tally).toMatchObject({ nearMissesRejected: 6, sandboxes: 7, fromCopies: 6 });
});

test('a check that asks what happened is asked in a sandbox that saw it', async () => {
  const body = [run('docker run --rm busybox:1.37 true'), task('made', 'docker create --name made busybox:1.37')];
  const { failures, tally } = await verify(
    body,
    {
      made: {
        check: async ({ docker, notYet }) => {
          if (await docker.hasContainer('made')) return;
          const died = (await docker.containerEvents()).filter(({ action }) => action === 'die');
          notYet(`${died.length} died.`);
        },
        nearMisses: [{ run: 'docker run --rm busybox:1.37 true', says: '2 died' }],
      },
    },
    new CopyRoom(9, 0),
  );
  expect(failures).toEqual([]);
  expect(tally).toMatchObject({ nearMissesRejected: 1, sandboxes: 3, fromCopies: 1, broken: 0 });
});
