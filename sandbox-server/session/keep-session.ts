import type { StoredSession } from '../store/store.ts';
import type { SessionServices } from './session-services.ts';
import { isFinal } from './state.ts';

/** Stores what a restart needs to take the session up again; one that is over is forgotten. A full disk ends no session. */
export function keepSession({ store, log }: SessionServices, session: StoredSession): void {
  try {
    if (isFinal(session.state)) store.deleteSession(session.id);
    else store.saveSession(session);
  } catch (error) {
    log.error({ session: session.id, err: error }, 'could not store the session; it would not survive a restart');
  }
}
