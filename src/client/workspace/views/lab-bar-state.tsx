/** @jsxImportSource preact */
import { isOver, sessionWords } from '../session/session-words.ts';
import { clockTime, timeLeft } from '../session/time-left.ts';
import type { WorkspaceProps } from './session-chip.tsx';
import { useNow } from './use-now.ts';
import { useStore } from './use-store.ts';

/** What the button that opens the workspace on narrow pages says about it. */
export function LabBarState({ store }: WorkspaceProps) {
  const { session, link, clockSkew } = useStore(store);
  const running = session?.state === 'ready';
  const now = useNow(running);
  if (!session || isOver(session.state)) return null;
  const { word } = sessionWords(session.state, link);
  if (session.queue && word === 'Queued') return <>{`${word}, place ${session.queue.place}`}</>;
  return <>{running ? `${word} ${clockTime(timeLeft(session, now + clockSkew).ms)}` : word}</>;
}
