import type { Attempt } from '../attempt.ts';
import { frames } from './frames.ts';
import { graders } from './graders.ts';
import { host } from './host.ts';
import { network } from './network.ts';
import { page } from './page.ts';
import { resources } from './resources.ts';
import { routes } from './routes.ts';
import { sockets } from './sockets.ts';

/** Everything that is tried, in the order of its numbers. */
export const ATTEMPTS: readonly Attempt[] = [
  ...host,
  ...network,
  ...resources,
  ...sockets,
  ...frames,
  ...routes,
  ...page,
  ...graders,
].toSorted((a, b) => a.number - b.number);
