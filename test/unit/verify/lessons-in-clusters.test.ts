import { expect, test } from 'vitest';
import { mustVerify, ofClusters, whyLeftOut } from '../../../sandbox-server/verify/lessons-in-clusters.ts';

const lesson = (module: string, order: number, cluster?: 'shared') => ({
  ...{ module, order },
  lab: { sandbox: cluster === undefined ? {} : { cluster } },
});
const LESSONS = [lesson('images', 1), lesson('kubernetes', 1, 'shared'), lesson('kubernetes', 2, 'shared')];
const ALL = { words: [], clusters: 'all' } as const;

test('with “none” and “only”, every lesson is verified once', () => {
  expect(ofClusters(LESSONS, 'all')).toEqual(LESSONS);
  expect([...ofClusters(LESSONS, 'none'), ...ofClusters(LESSONS, 'only')]).toEqual(LESSONS);
  expect(ofClusters(LESSONS, 'only')).toHaveLength(2);
});

test('lessons are left out only where nobody asked for them, and never in continuous integration', () => {
  expect(mustVerify({ ...ALL, words: [] }, false)).toBe(false);
  expect(mustVerify({ ...ALL, words: [] }, true)).toBe(true);
  expect(mustVerify({ ...ALL, words: ['kubernetes'] }, false)).toBe(true);
  expect(mustVerify({ words: [], clusters: 'only' }, false)).toBe(true);
});

test('it is one line that names them, and says how to have them verified', () => {
  const line = whyLeftOut(ofClusters(LESSONS, 'only'));
  expect(line).toMatch(/^Left out: kubernetes\/1, kubernetes\/2, .*npm run images -- kubernetes.*--clusters only/);
  expect(line).not.toContain('\n');
});
