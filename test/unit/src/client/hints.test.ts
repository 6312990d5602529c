import { expect, test } from 'vitest';
import { offered } from '../../../../src/client/hints.ts';

test.each([
  { read: [], hintsOffered: 0, solutionOffered: true },
  { read: [false], hintsOffered: 1, solutionOffered: false },
  { read: [true], hintsOffered: 1, solutionOffered: true },
  { read: [false, false, false], hintsOffered: 1, solutionOffered: false },
  { read: [true, false, false], hintsOffered: 2, solutionOffered: false },
  { read: [true, true, false], hintsOffered: 3, solutionOffered: true },
])('after $read, $hintsOffered hints are offered, the solution: $solutionOffered', ({ read, ...expected }) => {
  expect(offered(read)).toEqual(expected);
});
