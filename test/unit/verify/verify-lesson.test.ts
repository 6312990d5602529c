import { expect, test } from 'vitest';
import { systemClock } from '../../../sandbox-server/clock.ts';
import { Pool } from '../../../sandbox-server/grader/pool.ts';
import type { Lab, LabTask } from '../../../sandbox-server/lab/lab.ts';
import type { LabLesson } from '../../../sandbox-server/lab/lessons.ts';
import { parsePage } from '../../../sandbox-server/lab/parse-page.ts';
import { type Failure, formatFailure } from '../../../sandbox-server/verify/failure.ts';
import { emptyTally } from '../../../sandbox-server/verify/tally.ts';
import { verifyLesson } from '../../../sandbox-server/verify/verify-lesson.ts';
import { CopyRoom } from '../../../sandbox-server/verify/save-points.ts';
import { CONTAINER, FakeMachines, HISTORY, IN_ARGUMENTS, IN_MEMORY, RUNNING } from './fake-machine.ts';

const FRONT = '---\ntitle: T\nsummary: S\nminutes: 5\n---\n\n';
const block = (code: string, meta = 'run') => `\`\`\`sh ${meta}\n${code}\n\`\`\`\n`;
const task = (id: string, ...solutions: string[]) =>
  `<Task id="${id}" title="${id}">\nDo.\n\n${solutions.map((code) => `<Solution>\n${block(code)}</Solution>\n`).join('')}</Task>\n`;

async function verify(
  body: string,
  tasks: Record<string, LabTask>,
  copies?: CopyRoom,
  sandbox: Lab['sandbox'] = {},
  pagesOnly = false,
) {
  const { page, faults } = parsePage(FRONT + body, '/root/content/lesson.mdx');
  if (!page || faults.length > 0) throw new Error(JSON.stringify(faults));
  const lab: Lab = { sandbox, tasks };
  const lesson = { id: 'c/m/l', page, lab, filesFolders: [], labFile: '/root/content/lab.ts' } as unknown as LabLesson;
  const backend = new FakeMachines();
  const failures: Failure[] = [];
  const tally = emptyTally();
  const ok = await verifyLesson(lesson, {
    root: '/root',
    backend,
    clock: systemClock,
    pool: new Pool(2),
    pages: new Pool(1),
    copies,
    pagesOnly,
    tally,
    signal: new AbortController().signal,
    patience: 100,
    onFailure: (failure) => failures.push(failure),
    onProgress: () => undefined,
  });
  return { ok, tally, failures, backend };
}

const made = (name: string, ...nearMisses: LabTask['nearMisses']): LabTask => ({
  check: `test -e ${name}`,
  nearMisses,
});

test('a good lesson: all red before, all green after, near misses turned down, nothing left', async () => {
  const body = [
    block('touch zero'),
    block('false', 'run fails'),
    task('one', 'touch one', 'touch zwei; touch one'),
    task('two', 'touch two'),
  ].join('\n');
  const { ok, tally, failures, backend } = await verify(body, {
    one: made('one', { run: 'touch eins', says: /only: zero eins/ }),
    two: made('two', { run: 'touch deux', says: 'zero one deux' }, { run: 'touch zwo', says: 'There is no two' }),
  });
  expect(failures).toEqual([]);
  expect(ok).toBe(true);
  expect({ ...tally, seconds: 0 }).toEqual({
    lessons: 1,
    tasks: 2,
    redBefore: 2,
    greenAfter: 2,
    nearMisses: 3,
    nearMissesRejected: 3,
    runBlocks: 5,
    runBlocksOk: 5,
    sandboxes: 5,
    fromCopies: 0,
    again: 0,
    inPassing: 0,
    spoilt: 0,
    broken: 0,
    leftOut: 0,
    seconds: 0,
  });
  // The page, three near misses, and the other solution of the first task: a fresh sandbox each.
  expect(backend.worlds.size).toBe(5);
  expect(backend.destroyed.sort()).toEqual([...backend.worlds.keys()].sort());
});

test('of the pages only: neither near misses nor further solutions, and neither is counted', async () => {
  const tasks = { one: made('one', { run: 'touch eins', says: 'never tried' }) };
  const body = [block('touch zero'), task('one', 'touch one', 'touch zwei; touch one')].join('\n');
  const { ok, tally, backend } = await verify(body, tasks, undefined, {}, true);
  expect({ ok, sandboxes: backend.worlds.size }).toEqual({ ok: true, sandboxes: 1 });
  expect(tally).toMatchObject({ redBefore: 1, greenAfter: 1, nearMisses: 0, nearMissesRejected: 0 });
  expect(tally).toMatchObject({ runBlocks: 2, runBlocksOk: 2 });
});

test('a task that is done before anybody did anything is a failure', async () => {
  const { failures, tally } = await verify(task('one', 'touch one'), {
    one: { check: () => undefined, nearMisses: [{ run: 'true', says: 'x' }] },
  });
  expect(tally.redBefore).toBe(0);
  expect(failures[0]).toMatchObject({
    lesson: 'c/m/l',
    task: 'one',
    place: 'content/lesson.mdx:7',
    stage: 'on a fresh sandbox',
    saw: 'pass',
  });
});

test('a block with a failing command, not only its last, is a failure that says what was typed and printed', async () => {
  const { failures, tally } = await verify([block('touch a\nfalse\ntouch b'), task('one', 'touch one')].join('\n'), {
    one: made('one', { run: 'true', says: 'no' }),
  });
  expect(failures).toHaveLength(1);
  expect(failures[0]).toMatchObject({
    stage: 'run block',
    place: 'content/lesson.mdx:7',
    typed: 'touch a\nfalse\ntouch b',
  });
  expect(failures[0]?.saw).toMatch(/exit code 1[\s\S]*line failed/);
  expect(tally).toMatchObject({ runBlocks: 2, runBlocksOk: 0, greenAfter: 0 });
});

test('a block that should fail and does not is a failure', async () => {
  const { failures } = await verify(block('touch a', 'run fails'), {});
  expect(failures).toMatchObject([{ expected: 'an exit code other than 0' }]);
});

test('a near miss that passes, or is turned down for another reason, is a failure with both', async () => {
  const { failures, tally } = await verify(task('one', 'touch one'), {
    one: {
      check: async ({ exec, notYet }) => {
        if ((await exec('test -e one')).exitCode !== 0) notYet('Not there.', { observed: 'nothing' });
      },
      nearMisses: [
        { run: 'touch one', says: 'x' },
        { run: 'touch two', says: /wrong name/ },
      ],
    },
  });
  expect(tally.nearMissesRejected).toBe(0);
  expect(failures.map(({ stage, typed, saw }) => [stage, typed, saw.split('\n')[0]]).sort()).toEqual([
    ['near miss 1', 'touch one', 'pass'],
    ['near miss 2', 'touch two', 'not yet: Not there.'],
  ]);
  const text = formatFailure(failures.find(({ stage }) => stage === 'near miss 2')!);
  expect(text).toContain('✗ c/m/l · task "one" · near miss 2');
  expect(text).toContain('expected  not yet, saying /wrong name/');
});

test('answers: nonsense is red, the worked out one green, wrong ones are turned down in one sandbox', async () => {
  const { ok, failures, backend, tally } = await verify([task('size'), task('two', 'touch two')].join('\n'), {
    size: {
      check: ({ answer, notYet }) => void (answer === '42' || notYet(answer === '41' ? 'Too small.' : 'Not a size.')),
      answer: { label: 'Size', solve: () => Promise.resolve('42') },
      nearMisses: [
        { answer: '41', says: 'Too small' },
        { answer: () => 'x', says: 'Not a size' },
      ],
    },
    two: made('two', { run: 'touch 2', says: 'no two' }),
  });
  expect(failures).toEqual([]);
  expect(ok).toBe(true);
  expect(tally.nearMissesRejected).toBe(3);
  expect(backend.worlds.size).toBe(3);
});

test('a task that must hold and does not at the end of the page is a failure', async () => {
  const { failures } = await verify([task('one', 'touch one'), block('rm one')].join('\n'), {
    one: { ...made('one', { run: 'true', says: 'no one' }), holds: true },
  });
  expect(failures).toMatchObject([
    { task: 'one', stage: 'at the end of the page', expected: 'the task to hold still' },
  ]);
});

test('a broken check is counted and shown with its error', async () => {
  const { failures, tally } = await verify(task('one', 'touch one'), {
    one: {
      check: () => {
        throw new TypeError('boom');
      },
      nearMisses: [{ run: 'true', says: 'x' }],
    },
  });
  expect(tally.broken).toBeGreaterThan(0);
  expect(failures[0]?.saw).toContain('TypeError: boom');
});

test('from copies: later sandboxes begin where the page was, each copy goes with the last of them, and the report says so', async () => {
  const body = [
    block('touch zero'),
    task('one', 'touch one', 'touch zwei; touch one'),
    block('touch between'),
    task('two', 'touch two'),
  ].join('\n');
  const copies = new CopyRoom(9, 0, 0);
  const { ok, tally, failures, backend } = await verify(
    body,
    {
      one: made('one', { run: 'touch eins', says: /only: zero eins/ }),
      two: made(
        'two',
        { run: 'touch deux', says: 'zero one between deux' },
        { run: 'touch zwo', says: 'no such words' },
      ),
    },
    copies,
  );
  expect(ok).toBe(false);
  expect(failures).toMatchObject([
    { stage: 'near miss 2', began: 'with a copy of the sandbox at content/lesson.mdx:34' },
  ]);
  expect(formatFailure(failures[0]!)).toMatch(/began +with a copy of the sandbox/);
  expect(tally).toMatchObject({ nearMissesRejected: 2, runBlocksOk: 5, sandboxes: 5, fromCopies: 4 });
  expect([...backend.begunWith.values()].map((names) => names.join(' ')).sort()).toEqual([
    'zero',
    'zero',
    'zero one between',
    'zero one between',
  ]);
  expect(backend.copies.map(({ isThere }) => isThere)).not.toContain(true);
  expect(copies.free).toBe(9);
  expect(backend.destroyed.sort()).toEqual([...backend.worlds.keys()].sort());
});

test('while something runs nothing is copied: what came since the last copy is done again', async () => {
  const body = [block('touch zero'), block(`touch ${RUNNING}`), task('one', 'touch one')].join('\n');
  const { ok, backend } = await verify(
    body,
    { one: made('one', { run: 'true', says: `zero ${RUNNING}` }) },
    new CopyRoom(9, 0, 0),
  );
  expect(ok).toBe(true);
  expect([...backend.begunWith.values()]).toEqual([['zero']]);
});

test('a container that runs is started again in a copy', async () => {
  const body = [block(`touch ${CONTAINER}`), task('one', 'touch one')].join('\n');
  const { ok, tally } = await verify(
    body,
    { one: made('one', { run: 'true', says: `only: ${CONTAINER}` }) },
    new CopyRoom(9, 0, 0),
  );
  expect(ok).toBe(true);
  expect(tally).toMatchObject({ sandboxes: 2, fromCopies: 1, again: 0 });
});

test('what a container had in memory is in no copy: the page decides, from its top', async () => {
  const body = [block(`touch ${CONTAINER};touch ${IN_MEMORY}`), task('one', 'touch one')].join('\n');
  const { ok, tally, failures } = await verify(
    body,
    {
      one: made('one', { run: 'true', says: `only: ${CONTAINER} ${IN_MEMORY}` }, { run: 'touch one', says: 'no one' }),
    },
    new CopyRoom(9, 0, 0),
  );
  expect(ok).toBe(false);
  // The mistake that is none is told once, by the sandbox that followed the page.
  expect(failures).toMatchObject([{ stage: 'near miss 2', saw: expect.stringContaining('pass') }]);
  expect(failures[0]).not.toHaveProperty('began');
  expect(tally).toMatchObject({ nearMissesRejected: 1, fromCopies: 2, again: 2, sandboxes: 5 });
});

test('a container that does not do again what it did: nobody else begins there', async () => {
  const body = [block(`touch ${CONTAINER};touch ${IN_ARGUMENTS}`), task('one', 'touch one')].join('\n');
  const misses = ['true', 'touch two', 'touch three'].map((run) => ({
    run,
    says: `only: ${CONTAINER} ${IN_ARGUMENTS}`,
  }));
  const { ok, tally } = await verify(body, { one: made('one', ...misses) }, new CopyRoom(9, 0, 0));
  expect(ok).toBe(true);
  // Two at a time: the third knows.
  expect(tally).toMatchObject({ nearMissesRejected: 3, fromCopies: 2, again: 2, sandboxes: 6 });
});

test('without room for another copy, sandboxes begin earlier', async () => {
  const body = [task('one', 'touch one'), task('two', 'touch two')].join('\n');
  const tasks = {
    one: made('one', { run: 'true', says: 'no one' }),
    two: made('two', { run: 'true', says: 'no two' }),
  };
  const { ok, backend, tally } = await verify(body, tasks, new CopyRoom(0, 0, 0));
  expect(ok).toBe(true);
  expect(backend.copies).toEqual([]);
  expect(tally).toMatchObject({ sandboxes: 3, fromCopies: 0 });
});

test('a check or a mistake that is about events gets a sandbox that knows them all, and is judged by that one only', async () => {
  const asksEvents: LabTask = {
    check: async ({ docker, exec, notYet }) => {
      if ((await exec('test -e two')).exitCode === 0) return;
      if ((await exec('test -e zero')).exitCode === 0) await docker.containerEvents();
      notYet('Not in the events.');
    },
    nearMisses: [{ run: 'true', says: 'Not in the events' }],
  };
  const body = [block('touch zero'), task('two', 'touch two'), task('three', 'touch three')].join('\n');
  const { failures, tally, backend } = await verify(
    body,
    {
      two: asksEvents,
      three: made('three', { run: 'docker events > x', says: 'no three' }, { run: 'true', says: 'no three' }),
    },
    new CopyRoom(9, 0, 0),
  );
  expect(failures).toEqual([]);
  // The page; one that began with a copy and was asked, and the one instead of it; two for the third task, one with a copy.
  expect(tally).toMatchObject({ sandboxes: 5, fromCopies: 2, nearMissesRejected: 3, broken: 0 });
  expect(backend.begunWith.size).toBe(2);
});

test('in a cluster, a sandbox makes a mistake, has it undone, and makes the next one or goes on', async () => {
  const body = [block('touch zero'), task('one', 'touch one', 'touch uno;touch one'), task('two', 'touch two')].join(
    '\n',
  );
  const { failures, tally, backend } = await verify(
    body,
    {
      one: made('one', { run: 'touch eins', says: 'no one' }, { run: 'touch zwei', says: 'no one' }),
      two: made('two', { run: 'touch deux', says: 'no two' }, { run: 'true', says: 'no two' }),
    },
    undefined,
    { cluster: 'shared' },
  );
  expect(failures).toEqual([]);
  expect(tally).toMatchObject({ nearMissesRejected: 4, inPassing: 4, spoilt: 0, runBlocksOk: 4 });
  // The page, and one that makes all four mistakes and takes the other solution.
  expect(tally.sandboxes).toBe(2);
  expect(backend.destroyed.sort()).toEqual([...backend.worlds.keys()].sort());
});

test('what an earlier mistake has spoilt says nothing of the lesson: a sandbox of its own decides', async () => {
  const body = [task('one', 'touch one'), task('two', 'touch two'), task('three', 'touch three')].join('\n');
  const { failures, tally } = await verify(
    body,
    {
      one: made('one', { run: `touch ${HISTORY}`, says: 'no one' }),
      two: made('two', { run: 'true', says: 'only: one' }),
      three: made('three', { run: 'true', says: 'no three' }),
    },
    undefined,
    { cluster: 'shared' },
  );
  expect(failures).toEqual([]);
  expect(tally).toMatchObject({ nearMissesRejected: 3, inPassing: 2, spoilt: 1, sandboxes: 3 });
});
