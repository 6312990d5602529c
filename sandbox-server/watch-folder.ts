import { watch } from 'node:fs';
import { basename, join } from 'node:path';
import type { Clock } from './clock.ts';

/** Editors write a file in several steps: what follows within this time belongs to the same change. */
const SETTLE_MS = 120;

export interface WatchFolderOptions {
  folder: string;
  clock: Clock;
  /** Called with the files that were written, made, renamed or removed, as absolute paths, once they have settled. */
  onChange: (files: readonly string[]) => void;
  /** The folder can be watched no longer. */
  onError: (error: Error) => void;
}

/** Tells of every change below a folder until it is disposed, which may be done twice. */
export function watchFolder({ folder, clock, onChange, onError }: WatchFolderOptions): Disposable {
  const changed = new Set<string>();
  let timer: Disposable | undefined;
  const tell = () => {
    const files = [...changed];
    changed.clear();
    onChange(files);
  };
  const watcher = watch(folder, { recursive: true }, (_event, name) => {
    if (name === null || isPassing(name)) return;
    changed.add(join(folder, name));
    timer?.[Symbol.dispose]();
    timer = clock.after(SETTLE_MS, tell);
  });
  watcher.on('error', onError);
  return {
    [Symbol.dispose]: () => {
      timer?.[Symbol.dispose]();
      watcher.close();
    },
  };
}

/** What editors leave beside a file while they write it: `.lesson.mdx.swp`, `.#lesson.mdx`, `lesson.mdx~`, vim's `4913`. */
function isPassing(path: string): boolean {
  return /^(\..*\.sw[a-z]|\.#.*|.*~|4913)$/.test(basename(path));
}
