import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import type { AbuseContext } from './context.ts';

export const MIB = 1024 * 1024;

/** Resident memory of the server, in bytes. */
async function memoryOf({ server }: AbuseContext): Promise<number> {
  const status = await readFile(`/proc/${server.child.pid}/status`, 'utf8');
  return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1] ?? 0) * 1024;
}

/** Makes an attack; fails when the server's memory grew by more than this while it went on. */
export async function withMemoryFlat(
  context: AbuseContext,
  bytes: number,
  attack: () => Promise<void>,
): Promise<string> {
  const before = await memoryOf(context);
  let most = before;
  const over = new AbortController();
  const watching = (async () => {
    while (!over.signal.aborted) {
      most = Math.max(most, await memoryOf(context));
      await sleep(100);
    }
  })();
  try {
    await attack();
  } finally {
    over.abort();
    await watching;
  }
  const grown = Math.round((most - before) / MIB);
  assert.ok(most - before < bytes, `the server grew by ${grown} MiB`);
  return `the server’s memory grew by ${grown} MiB at most`;
}
