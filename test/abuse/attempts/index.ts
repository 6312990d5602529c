import type { Attempt } from '../attempt.ts';
import { host } from './host.ts';

/** Everything that is tried, in the order of its numbers. */
export const ATTEMPTS: readonly Attempt[] = [...host].toSorted((a, b) => a.number - b.number);
