import { expect, test } from 'vitest';
import { defaultJobs } from '../../../sandbox-server/verify/jobs.ts';

test('cores and memory bound the sandboxes at once; one always runs', () => {
  const GiB = 1024 ** 3;
  expect(defaultJobs(2, 24 * GiB)).toBe(4);
  expect(defaultJobs(16, 8 * GiB)).toBe(5);
  expect(defaultJobs(8, GiB)).toBe(1);
});
