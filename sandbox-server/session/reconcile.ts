import { DrydockError } from '../errors.ts';
import type { SessionServices } from './session-services.ts';
import type { Session } from './session.ts';

/** Compares what the engine has with what sessions and pool own: leftovers go, machines that stopped are started again. */
export async function reconcile(
  { backend, log, pool }: SessionServices,
  sessions: () => readonly Session[],
): Promise<void> {
  const owned = (which: (session: Session) => boolean) => [
    ...sessions()
      .filter(which)
      .map(({ sandbox }) => sandbox.id),
    ...(pool?.ids() ?? []),
  ];
  try {
    const before = owned(() => true);
    const there = await backend.list();
    const known = new Set([...before, ...owned(({ finalSince }) => finalSince === undefined)]);
    for (const id of there) {
      if (known.has(id)) continue;
      log.warn({ sandbox: id }, 'removing a sandbox that belongs to no session');
      await backend.destroy(id);
    }
    for (const id of pool?.ids() ?? []) if (before.includes(id) && !there.includes(id)) pool?.lost(id);
    for (const session of sessions()) {
      const { sandbox } = session;
      if (session.finalSince !== undefined && there.includes(sandbox.id)) await backend.destroy(sandbox.id);
    }
    const ready = sessions().filter(({ state }) => state === 'ready');
    const states = await backend.statAll(ready.map(({ sandbox }) => sandbox));
    for (const session of ready) {
      // It may have been reset meanwhile.
      const state = states.get(session.sandbox.id)?.state;
      if (state === 'gone') void session.lose(new DrydockError('sandbox-lost'));
      if (state === 'degraded') void session.recover();
    }
  } catch (error) {
    log.warn({ err: error }, 'could not compare sandboxes with sessions; it is tried again');
  }
}
