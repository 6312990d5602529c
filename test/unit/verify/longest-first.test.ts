import { expect, test } from 'vitest';
import type { LabLesson } from '../../../sandbox-server/lab/lessons.ts';
import { parsePage } from '../../../sandbox-server/lab/parse-page.ts';
import { longestFirst } from '../../../sandbox-server/verify/longest-first.ts';

function lesson(id: string, blocksBefore: number, nearMisses: number, sandbox = {}): LabLesson {
  const block = '```sh run\ntrue\n```\n';
  const body = `${block.repeat(blocksBefore)}<Task id="t" title="T">\n<Solution>\n${block}</Solution>\n</Task>\n`;
  const { page } = parsePage(`---\ntitle: T\nsummary: S\nminutes: 5\n---\n${body}`, '/lesson.mdx');
  const misses = Array.from({ length: nearMisses }, () => ({ run: 'true', says: 'no' }));
  return {
    id,
    page,
    lab: { sandbox, tasks: { t: { check: 'true', nearMisses: misses } } },
  } as unknown as LabLesson;
}

test('what most is typed for comes first: much before many mistakes', () => {
  const lessons = [lesson('short', 1, 2), lesson('long', 5, 4), lesson('few mistakes', 5, 1), lesson('early', 0, 7)];
  expect(longestFirst(lessons).map(({ id }) => id)).toEqual(['long', 'few mistakes', 'early', 'short']);
});

test('what waits for nodes of its own comes before what types more', () => {
  const lessons = [lesson('long', 5, 4), lesson('nodes', 3, 3, { cluster: 'dedicated' })];
  expect(longestFirst(lessons).map(({ id }) => id)).toEqual(['nodes', 'long']);
});
