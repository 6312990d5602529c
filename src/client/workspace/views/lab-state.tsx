/** @jsxImportSource preact */
import { isOver, sessionWords } from '../session/session-words.ts';
import type { WorkspaceState } from '../workspace-state.ts';
import type { WorkspaceActions } from './actions.ts';
import { Problem, withCode } from './problem.tsx';
import { QueueState } from './queue-state.tsx';
import { Steps } from './steps.tsx';

interface LabStateProps {
  state: WorkspaceState;
  actions: WorkspaceActions;
}

/** The workspace while there is no machine to work in: why, and what comes next. */
export function LabState({ state, actions }: LabStateProps) {
  const { phase, session, link, busy, problem, elsewhere, clockSkew } = state;
  if (phase === 'unavailable') return <Unavailable state={state} actions={actions} />;
  if (!session || (isOver(session.state) && busy === 'start')) {
    return (
      <section class="ws-state" aria-labelledby="ws-state-title">
        <h2 id="ws-state-title">
          {busy === 'start' || phase === 'looking' ? 'Asking for a machine' : 'A machine of your own'}
        </h2>
        <p>
          A Linux shell with its own Docker Engine, made for this lesson. Nothing you do in it can break anything else.
        </p>
        {problem && <Problem problem={problem} />}
        <Elsewhere sessions={elsewhere} actions={actions} blocked={problem?.code === 'too-many-sessions'} />
        <StartButton busy={busy !== undefined || phase === 'looking'} label="Start the lab" onStart={actions.start} />
      </section>
    );
  }
  const words = sessionWords(session.state, link);
  const over = isOver(session.state);
  const queue = link === 'waiting' ? undefined : session.queue;
  return (
    <section class="ws-state" aria-labelledby="ws-state-title" data-tone={words.tone}>
      <h2 id="ws-state-title">{words.title}</h2>
      {session.problem && <Problem problem={session.problem} />}
      {!session.problem && queue && (
        <QueueState queue={queue} clockSkew={clockSkew} busy={busy !== undefined} onLeave={actions.stop} />
      )}
      {!session.problem && !queue && <p>{session.notice && !over ? session.notice.message : words.sentence}</p>}
      {problem && problem.code !== session.problem?.code && <Problem problem={problem} />}
      {!over && !queue && session.state !== 'stopping' && <Steps steps={session.steps} />}
      {link === 'waiting' && !over && (
        <button type="button" class="ws-button" onClick={actions.retryNow}>
          Try again now
        </button>
      )}
      {over && <StartButton busy={busy !== undefined} label="Start a fresh lab" onStart={actions.start} />}
    </section>
  );
}

function Unavailable({ state: { problem, busy }, actions }: LabStateProps) {
  return (
    <section class="ws-state" aria-labelledby="ws-state-title">
      <h2 id="ws-state-title">Labs are off on this server</h2>
      <p>
        <strong>{problem?.message ?? 'It has no container engine that answers.'}</strong>
      </p>
      {problem && <p>{withCode(problem.fix)}</p>}
      <p>When the engine is there, this button starts your lab.</p>
      <StartButton busy={busy !== undefined} label="Look again" onStart={actions.start} />
    </section>
  );
}

interface ElsewhereProps {
  sessions: WorkspaceState['elsewhere'];
  actions: WorkspaceActions;
  blocked: boolean;
}

/** Labs of other lessons that still run; when they are in the way, one of them can make room. */
function Elsewhere({ sessions, actions, blocked }: ElsewhereProps) {
  if (sessions.length === 0) return null;
  return (
    <div class="ws-elsewhere">
      <p>{sessions.length === 1 ? 'Another lab of yours is running:' : 'Other labs of yours are running:'}</p>
      <ul>
        {sessions.map((session) => (
          <li key={session.id}>
            <a href={`/${session.lesson}/`}>{lessonWords(session.lesson)}</a>
            {blocked && (
              <button type="button" class="ws-button ws-small" onClick={() => actions.stopElsewhereAndStart(session)}>
                Stop it and start this one
              </button>
            )}
          </li>
        ))}
      </ul>
    </div>
  );
}

/** `containers/images/what-an-image-is` → `What an image is` */
function lessonWords(lesson: string): string {
  const words = (lesson.split('/').at(-1) ?? lesson).replaceAll('-', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}

function StartButton({ busy, label, onStart }: { busy: boolean; label: string; onStart: () => void }) {
  return (
    <button type="button" class="ws-button ws-primary" disabled={busy} onClick={onStart}>
      {busy ? 'Starting…' : label}
    </button>
  );
}
