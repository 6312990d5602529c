import type { Attempt } from '../attempt.ts';
import { gateway } from './gateway.ts';
import { graders } from './graders.ts';
import { host } from './host.ts';
import { page } from './page.ts';

/** Everything that is tried, in the order of its numbers. */
export const ATTEMPTS: readonly Attempt[] = [...host, ...gateway, ...page, ...graders].toSorted(
  (a, b) => a.number - b.number,
);
