import { expect, test } from 'vitest';
import { CommandMarks } from '../../../sandbox-server/terminal/command-marks.ts';

function ends(...chunks: string[]): (number | null)[] {
  const seen: (number | null)[] = [];
  const marks = new CommandMarks((code) => seen.push(code));
  for (const chunk of chunks) marks.scan(Buffer.from(chunk, 'latin1'));
  return seen;
}

test('a mark tells the exit code; one without a code tells none', () => {
  expect(ends('out\x1b]133;D;0\x07$ ', '\x1b]133;D;127\x07')).toEqual([0, 127]);
  expect(ends('\x1b]133;D\x07')).toEqual([null]);
});

test('a mark may end in ESC \\', () => {
  expect(ends('\x1b]133;D;3\x1b\\')).toEqual([3]);
});

test('several marks in one chunk all count', () => {
  expect(ends('\x1b]133;D;1\x07a\x1b]133;D;2\x07b\x1b]133;D;3\x07')).toEqual([1, 2, 3]);
});

test('a mark is found wherever chunks cut it, once', () => {
  const text = 'before\x1b]133;D;42\x07after';
  for (let cut = 1; cut < text.length; cut++) {
    expect(ends(text.slice(0, cut), text.slice(cut)), `cut at ${cut}`).toEqual([42]);
  }
  expect(ends(...Array.from(text))).toEqual([42]);
});

test('two marks are each found once wherever three chunks cut them', () => {
  const text = '\x1b]133;D;1\x07\x1b]133;A\x07$ ls\x1b]133;C\x07x\x1b]133;D;2\x07';
  for (let a = 1; a < text.length; a++) {
    for (let b = a; b < text.length; b++) {
      expect(ends(text.slice(0, a), text.slice(a, b), text.slice(b)), `cut at ${a} and ${b}`).toEqual([1, 2]);
    }
  }
});

test('other marks and other sequences are none', () => {
  expect(ends('\x1b]133;A\x07\x1b]133;B\x07\x1b]133;C\x07\x1b]0;title\x07\x1b[31mred\x1b[0m 133;D;0')).toEqual([]);
});

test('a sequence that never ends costs a bounded amount and hides no later mark', () => {
  const seen: (number | null)[] = [];
  const marks = new CommandMarks((code) => seen.push(code));
  marks.scan(Buffer.from('\x1b]133;D;1'));
  for (let i = 0; i < 1000; i++) marks.scan(Buffer.from('x'.repeat(1000)));
  marks.scan(Buffer.from('\x1b]133;D;7\x07'));
  expect(seen).toEqual([7]);
});
