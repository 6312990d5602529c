import type { Lab } from '../../sandbox-server/lab/lab.ts';
import { contentId } from './content-id.ts';

const modules = import.meta.glob<Lab>('/content/*/*/*/lab.ts', { import: 'default', eager: true });

/** The lab of a lesson, by the lesson's id; undefined for a lesson that is only read. */
export const labs: ReadonlyMap<string, Lab> = new Map(
  Object.entries(modules).map(([path, lab]) => [contentId(path.replace('/content/', '')), lab]),
);
