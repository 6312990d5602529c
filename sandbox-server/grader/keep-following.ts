import type { Clock } from '../clock.ts';

export interface KeepFollowingOptions {
  clock: Clock;
  signal: AbortSignal;
  /** Follows until it ends or breaks; `onWord` at every sign that it works. */
  follow: (onWord: () => void) => Promise<void>;
  /** It broke; it is tried again. */
  onLost?: ((error: unknown) => void) | undefined;
}

/** Between two attempts to connect: doubled each time up to the longest. */
const FIRST_RETRY_MS = 250;
const LONGEST_RETRY_MS = 5_000;

/** Follows a stream until aborted, and again when it ends or breaks. Resolves when aborted, never rejects. */
export async function keepFollowing({ clock, signal, follow, onLost }: KeepFollowingOptions): Promise<void> {
  let retryMs = FIRST_RETRY_MS;
  while (!signal.aborted) {
    try {
      await follow(() => (retryMs = FIRST_RETRY_MS));
    } catch (error) {
      if (!isAborted(signal)) onLost?.(error);
    }
    if (isAborted(signal)) return;
    await pause(clock, retryMs, signal);
    retryMs = Math.min(retryMs * 2, LONGEST_RETRY_MS);
  }
}

function pause(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = clock.after(ms, done);
    signal.addEventListener('abort', done, { once: true });
    function done(): void {
      timer[Symbol.dispose]();
      signal.removeEventListener('abort', done);
      resolve();
    }
  });
}

/** A function, so that the compiler does not take the value for unchanged. */
function isAborted(signal: AbortSignal): boolean {
  return signal.aborted;
}
