import { expect, test } from 'vitest';
import { concerns, verifyOnChange } from '../../../sandbox-server/verify/watch.ts';
import { settle } from '../../support/manual-clock.ts';

function watched() {
  const stop = new AbortController();
  const told: string[] = [];
  const runs: { signal: AbortSignal; end: () => void }[] = [];
  let change: (files: readonly string[]) => void = () => undefined;
  const done = verifyOnChange({
    verify: (signal) => {
      const { promise, resolve } = Promise.withResolvers<void>();
      runs.push({ signal, end: resolve });
      return promise;
    },
    changes: (onChange) => {
      change = onChange;
      return { [Symbol.dispose]: () => void told.push('no longer watched') };
    },
    onAgain: (files, ended) => void told.push(`${files.join()} ${ended ? 'ends it' : 'once more'}`),
    onWaiting: () => void told.push('waiting'),
    signal: stop.signal,
  });
  return { stop, told, runs, change: (file: string) => change([file]), done };
}

test('it verifies once, waits, and verifies again at a change', async () => {
  const { told, runs, change, stop, done } = watched();
  runs[0]!.end();
  await settle();
  expect(told).toEqual(['waiting']);
  change('lab.ts');
  await settle();
  expect(told).toEqual(['waiting', 'lab.ts once more']);
  expect(runs).toHaveLength(2);
  stop.abort();
  runs[1]!.end();
  await done;
  expect(told.at(-1)).toBe('no longer watched');
});

test('a change during a run ends it, and the next begins only when it has removed what it made', async () => {
  const { told, runs, change, stop, done } = watched();
  change('lesson.mdx');
  change('lab.ts');
  await settle();
  expect(runs[0]!.signal.aborted).toBe(true);
  expect(runs).toHaveLength(1);
  runs[0]!.end();
  await settle();
  expect(runs).toHaveLength(2);
  expect(runs[1]!.signal.aborted).toBe(false);
  expect(told).toEqual(['lesson.mdx ends it']);
  stop.abort();
  expect(runs[1]!.signal.aborted).toBe(true);
  runs[1]!.end();
  await done;
  expect(runs).toHaveLength(2);
});

test('it may be ended while it waits', async () => {
  const { runs, stop, done } = watched();
  runs[0]!.end();
  await settle();
  stop.abort();
  await done;
  expect(runs).toHaveLength(1);
});

test('a file concerns the chosen lessons unless it is another lesson’s', () => {
  const all = ['/c/images/1-a', '/c/images/1-ab', '/c/images/2-b'];
  const concerned = (file: string) => concerns(file, ['/c/images/1-a'], all);
  expect(concerned('/c/images/1-a/lab.ts')).toBe(true);
  expect(concerned('/c/files/shop/server.js')).toBe(true);
  expect(concerned('/c/images/2-b/lab.ts')).toBe(false);
  expect(concerned('/c/images/1-ab/lab.ts')).toBe(false);
});
