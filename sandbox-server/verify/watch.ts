import { sep } from 'node:path';

export interface WatchOptions {
  /** Verifies once. Told to end by `signal`, it removes what it made before it resolves. */
  verify: (signal: AbortSignal) => Promise<void>;
  /** Calls back with the files that changed, until it is disposed. */
  changes: (onChange: (files: readonly string[]) => void) => Disposable;
  /** A verification is about to start again; `ended`: one that was under way was ended for it. */
  onAgain: (files: readonly string[], ended: boolean) => void;
  /** A verification is over, and nothing has changed since. */
  onWaiting: () => void;
  /** Ends it. */
  signal: AbortSignal;
}

/** Verifies, and again at every change. A change while it is under way ends it: what it would find is of old files. */
export async function verifyOnChange(options: WatchOptions): Promise<void> {
  const { verify, changes, onAgain, onWaiting, signal } = options;
  let round = newRound();
  const ended = Promise.withResolvers<void>();
  signal.addEventListener('abort', () => ended.resolve(), { once: true });
  using _watching = changes((files) => {
    const isFirst = !round.outdated.signal.aborted;
    round.outdated.abort();
    round.changed.resolve();
    if (isFirst && !signal.aborted) onAgain(files, round.running);
  });
  while (!signal.aborted) {
    await verify(AbortSignal.any([signal, round.outdated.signal]));
    round.running = false;
    if (!signal.aborted && !round.outdated.signal.aborted) {
      onWaiting();
      await Promise.race([round.changed.promise, ended.promise]);
    }
    round = newRound();
  }
}

function newRound() {
  return { running: true, outdated: new AbortController(), changed: Promise.withResolvers<void>() };
}

/** Does a changed file matter to the chosen lessons? It does unless it is another lesson's own. */
export function concerns(file: string, chosen: readonly string[], allLessons: readonly string[]): boolean {
  const isIn = (folder: string) => file === folder || file.startsWith(folder + sep);
  return chosen.some(isIn) || !allLessons.some(isIn);
}
