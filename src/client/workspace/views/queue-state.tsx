/** @jsxImportSource preact */
import type { QueueView } from '../../../../sandbox-server/protocol/views.ts';
import { placeWords, waitWords, whyWords } from '../session/queue-words.ts';
import { useNow } from './use-now.ts';

interface QueueStateProps {
  queue: QueueView;
  clockSkew: number;
  busy: boolean;
  onLeave: () => void;
}

/** Where the learner stands while others have all places. */
export function QueueState({ queue, clockSkew, busy, onLeave }: QueueStateProps) {
  const wait = waitWords(queue, useNow(true) + clockSkew);
  return (
    <>
      <p>
        <span role="status">
          <strong>{placeWords(queue.place)}</strong>
        </span>{' '}
        {whyWords(queue.why)} Your lab starts by itself
        {wait && <>, {wait === 'any moment now' ? wait : `probably ${wait}`}</>}.
      </p>
      <p>Read on meanwhile, and keep this page open: your place is kept over a reload.</p>
      <button type="button" class="ws-button" disabled={busy} onClick={onLeave}>
        Leave the queue
      </button>
    </>
  );
}
