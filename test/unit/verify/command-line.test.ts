import { expect, test } from 'vitest';
import { CommandLineError, readCommandLine } from '../../../sandbox-server/verify/command-line.ts';

test('words, flags and numbers are read; what is not said has a default', () => {
  expect(readCommandLine(['images', 'runtime/1', '--json', '--repeat', '5'])).toEqual({
    words: ['images', 'runtime/1'],
    json: true,
    repeat: 5,
    watch: false,
    jobs: undefined,
    pagesOnly: false,
    snapshots: true,
    clusters: 'all',
    data: undefined,
    yes: false,
    help: false,
  });
  expect(readCommandLine(['--jobs=3', '-h', '--watch', '--clusters', 'none', '--pages'])).toMatchObject({
    words: [],
    clusters: 'none',
    pagesOnly: true,
    jobs: 3,
    help: true,
    repeat: 1,
    watch: true,
  });
});

test.each([['--repeat', '0'], ['--jobs', 'many'], ['--jsn'], ['--jobs'], ['--clusters', 'some']])(
  '%s %s cannot be meant',
  (...args) => {
    expect(() => readCommandLine(args)).toThrow(CommandLineError);
  },
);
