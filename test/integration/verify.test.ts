import { afterAll, beforeAll, expect, test } from 'vitest';
import { systemClock } from '../../sandbox-server/clock.ts';
import { Pool } from '../../sandbox-server/grader/pool.ts';
import type { Lab } from '../../sandbox-server/lab/lab.ts';
import { parsePage } from '../../sandbox-server/lab/parse-page.ts';
import type { Failure } from '../../sandbox-server/verify/failure.ts';
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

async function verify(body: string[], tasks: Lab['tasks']) {
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
