import { expect, test } from 'vitest';
import { Reporter } from '../../../sandbox-server/verify/reporter.ts';
import { emptyTally } from '../../../sandbox-server/verify/tally.ts';

function report(isTTY: boolean): string {
  let text = '';
  const reporter = new Reporter({ write: (part) => (text += part), isTTY, columns: 40 });
  reporter.progress('c/m/layers', 'line 3');
  reporter.failure({
    lesson: 'c/m/layers',
    place: 'a.mdx:3',
    stage: 'solution',
    typed: 'a\nb',
    expected: 'x',
    saw: 'y',
  });
  reporter.lessonDone('c/m/layers', false, 1.25);
  reporter.summary({ ...emptyTally(), tasks: 3 });
  return text;
}

test('without a terminal only lasting lines are written', () => {
  const text = report(false);
  expect(text).not.toContain('\r');
  expect(text).not.toContain('line 3');
  expect(text).toContain('✗ c/m/layers · solution\n    at        a.mdx:3\n    typed     a\n              b\n');
  expect(text).toContain('0 lessons, 3 tasks');
});

test('lessons that were left out are told, and are not among those that were verified', () => {
  let text = '';
  const reporter = new Reporter({ write: (part) => (text += part) });
  reporter.summary({ ...emptyTally(), lessons: 15 });
  expect(text).not.toContain('left out');
  reporter.summary({ ...emptyTally(), lessons: 15, leftOut: 2 });
  expect(text).toContain('  15 lessons, ');
  expect(text).toContain('  2 lessons left out, which need a Kubernetes cluster\n');
});

test('on a terminal a status line is kept below them', () => {
  expect(report(true)).toContain('\r\x1b[Klayers: line 3');
});
