import type { Attempt } from '../attempt.ts';
import { gateway } from './gateway.ts';
import { graders } from './graders.ts';
import { host } from './host.ts';
import { network } from './network.ts';
import { page } from './page.ts';
import { resources } from './resources.ts';

/** Everything that is tried, in the order of its numbers. */
export const ATTEMPTS: readonly Attempt[] = [
  ...host,
  ...network,
  ...resources,
  ...gateway,
  ...page,
  ...graders,
].toSorted((a, b) => a.number - b.number);
