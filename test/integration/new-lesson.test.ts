import { expect, test } from 'vitest';
import { systemClock } from '../../sandbox-server/clock.ts';
import { Pool } from '../../sandbox-server/grader/pool.ts';
import { loadLab, loadLessons } from '../../sandbox-server/lab/lessons.ts';
import type { Failure } from '../../sandbox-server/verify/failure.ts';
import { emptyTally } from '../../sandbox-server/verify/tally.ts';
import { verifyLesson } from '../../sandbox-server/verify/verify-lesson.ts';
import { realBackend } from '../support/engine.ts';
import { madeLesson } from '../support/made-lesson.ts';

test('the lesson that `npm run new` makes can be verified as it is', { timeout: 180_000 }, async () => {
  await using made = await madeLesson();
  await using under = realBackend();
  await under.backend.prepare();
  const [lesson] = await loadLessons(made.contentDir);
  const failures: Failure[] = [];
  const tally = emptyTally();
  const ok = await verifyLesson(await loadLab(lesson!), {
    root: made.contentDir,
    backend: under.backend,
    clock: systemClock,
    pool: new Pool(2),
    tally,
    signal: new AbortController().signal,
    onFailure: (failure) => failures.push(failure),
    onProgress: () => undefined,
  });
  expect(failures).toEqual([]);
  expect(ok).toBe(true);
  expect(tally).toMatchObject({ tasks: 2, greenAfter: 2, nearMissesRejected: 6, runBlocksOk: 4, broken: 0 });
});
