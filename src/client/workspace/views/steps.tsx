/** @jsxImportSource preact */
import type { SessionView } from '../../../../sandbox-server/protocol/views.ts';
import { stepTime } from '../session/time-left.ts';
import { Icon } from './icons.tsx';

const STATE_WORDS = { todo: 'to do', doing: 'being done', done: 'done' } as const;

/** What starting consists of, and how far it is. */
export function Steps({ steps }: Pick<SessionView, 'steps'>) {
  return (
    <ol class="ws-steps">
      {steps.map(({ label, state, ms }) => (
        <li key={label} data-state={state} aria-current={state === 'doing' ? 'step' : undefined}>
          <span class="ws-step-mark" aria-hidden="true">
            {state === 'done' && <Icon name="check" />}
          </span>
          <span class="ws-step-label">
            {label}
            <span class="visually-hidden">, {STATE_WORDS[state]}</span>
          </span>
          <span class="ws-step-time">{state === 'done' && ms !== undefined && stepTime(ms)}</span>
        </li>
      ))}
    </ol>
  );
}
