import type { SandboxRef } from '../backend/backend.ts';
import type { Clock } from '../clock.ts';
import { DrydockError } from '../errors.ts';
import type { SessionServices } from './session-services.ts';

/** An engine that restarts is asked again this often; it may take as long as it takes. */
const AGAIN_MS = 1_000;
/** An engine that answers and cannot start the machines, this often in a row, never will. */
const TRIES = 5;

/** Starts what is stopped of a sandbox again, as soon as the engine answers. Rejects when it cannot be had back. */
export async function recoverSandbox(
  { backend, clock, log }: SessionServices,
  sandbox: SandboxRef,
  signal: AbortSignal,
): Promise<void> {
  for (let failed = 0; ;) {
    signal.throwIfAborted();
    try {
      await backend.revive(sandbox, { signal });
      // An engine that is just shutting down starts containers only to stop them.
      if ((await backend.stat(sandbox)).state === 'running') return;
      failed++;
    } catch (error) {
      const code = error instanceof DrydockError ? error.code : undefined;
      if (code === 'sandbox-lost' || code === 'cluster-lost') throw error;
      if (code !== 'engine-gone' && ++failed >= TRIES) throw new DrydockError('sandbox-lost', { cause: error });
      log.info({ sandbox: sandbox.id, err: error }, 'the machines did not come back yet');
    }
    if (failed >= TRIES) throw new DrydockError('sandbox-lost');
    await later(clock, AGAIN_MS, signal);
  }
}

function later(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = clock.after(ms, resolve);
    signal.addEventListener(
      'abort',
      () => {
        timer[Symbol.dispose]();
        resolve();
      },
      { once: true },
    );
  });
}
