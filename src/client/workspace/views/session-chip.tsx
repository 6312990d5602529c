/** @jsxImportSource preact */
import { useState } from 'preact/hooks';
import { isOver, sessionWords } from '../session/session-words.ts';
import { clockTime, timeLeft, type TimeLeft } from '../session/time-left.ts';
import type { Store } from '../store.ts';
import type { WorkspaceState } from '../workspace-state.ts';
import type { WorkspaceActions } from './actions.ts';
import { ChipMenu } from './chip-menu.tsx';
import { Confirm } from './confirm.tsx';
import { ShareDialog } from './share-dialog.tsx';
import { useNow } from './use-now.ts';
import { useStore } from './use-store.ts';

export interface WorkspaceProps {
  store: Store<WorkspaceState>;
  actions: WorkspaceActions;
}

type Question = 'reset' | 'stop' | 'share';

/** The header's chip: state, time left, and what can be done with the session. */
export function SessionChip({ store, actions }: WorkspaceProps) {
  const { session, link, clockSkew, busy } = useStore(store);
  const [question, setQuestion] = useState<Question>();
  const running = session?.state === 'ready';
  const now = useNow(running);
  if (!session || isOver(session.state)) return null;
  const words = sessionWords(session.state, link);
  const left = timeLeft(session, now + clockSkew);
  const watchers = session.shares.reduce((sum, share) => sum + share.watchers, 0);
  const ask = (about: Question) => () => setQuestion(about);
  return (
    <div class="ws-chip" data-tone={words.tone}>
      <span class="ws-chip-state">
        <span class="ws-dot" aria-hidden="true" />
        <span role="status">
          {words.word}
          {session.queue && `, place ${session.queue.place}`}
        </span>
      </span>
      {running && (
        <span class="ws-chip-time" data-soon={left.soon} title={left.reason === 'idle' ? IDLE_TITLE : 'Time left'}>
          <span class="visually-hidden">{left.reason === 'idle' ? 'unused, stops in ' : 'time left '}</span>
          {left.reason === 'idle' && <span aria-hidden="true">idle </span>}
          <time role="timer">{clockTime(left.ms)}</time>
        </span>
      )}
      <span class="visually-hidden" role="status">
        {running && left.soon && soonWords(left)}
      </span>
      {watchers > 0 && <span role="status">{watchers} watching</span>}
      {running && session.canExtend && link !== 'waiting' && (
        <button
          type="button"
          class="ws-chip-button ws-chip-extend"
          disabled={busy !== undefined}
          onClick={actions.extend}
        >
          {busy === 'extend' ? 'Extending…' : 'Extend'}
        </button>
      )}
      <ChipMenu
        canReset={running}
        queued={session.state === 'queued'}
        busy={busy !== undefined}
        onExtend={running && session.canExtend ? actions.extend : undefined}
        onShare={ask('share')}
        onReset={ask('reset')}
        onStop={session.state === 'queued' ? actions.stop : ask('stop')}
      />
      {question === 'share' && (
        <ShareDialog
          shares={session.shares}
          onShare={actions.share}
          onTakeBack={actions.takeBack}
          onClose={() => setQuestion(undefined)}
        />
      )}
      {question === 'reset' && (
        <Confirm
          title="Reset the lab?"
          verb="Reset"
          onCancel={() => setQuestion(undefined)}
          onConfirm={() => {
            setQuestion(undefined);
            actions.reset();
          }}
        >
          <p>
            You get a fresh machine. <strong>Lost:</strong> every file you made or changed, all that you made with
            Docker or in a cluster, and what the terminals show. <strong>Kept:</strong> finished tasks.
          </p>
        </Confirm>
      )}
      {question === 'stop' && (
        <Confirm
          title="Stop the lab?"
          verb="Stop"
          onCancel={() => setQuestion(undefined)}
          onConfirm={() => {
            setQuestion(undefined);
            actions.stop();
          }}
        >
          <p>
            The machine and everything in it is removed. <strong>Kept:</strong> finished tasks. You can start a new lab
            at any time.
          </p>
        </Confirm>
      )}
    </div>
  );
}

/** Said twice: when time becomes short, and when it is nearly over. */
function soonWords({ ms, reason }: TimeLeft): string {
  const minutes = ms <= 60_000 ? 'one minute' : 'five minutes';
  return reason === 'idle'
    ? `The lab stops in ${minutes} unless you use it.`
    : `The lab ends in ${minutes}. Extend gives you more time.`;
}

const IDLE_TITLE = 'Nobody has used the lab for a while. Type or run something to keep it.';
