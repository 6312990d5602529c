import type { DrydockError } from '../errors.ts';
import type { QueueView, SessionState, SessionView } from '../protocol/views.ts';
import type { Lifetime } from './lifetime.ts';
import { noticeView, type NoticeCode } from './notices.ts';
import type { OwnSandbox } from './own-sandbox.ts';
import type { Shares } from './shares.ts';
import type { Steps } from './steps.ts';
import type { Terminals } from './terminals.ts';

/** What of a session its page is told. */
export interface Shown {
  id: string;
  lesson: string;
  state: SessionState;
  now: number;
  canExtend: boolean;
  lifetime: Lifetime;
  steps: Steps;
  terminals: Terminals;
  shares: Shares;
  sandbox: OwnSandbox;
  queue: QueueView | undefined;
  problem: DrydockError | undefined;
  notice: NoticeCode | undefined;
}

export function sessionView(shown: Shown): SessionView {
  const { id, lesson, state, now, canExtend, lifetime, sandbox, queue, problem, notice } = shown;
  const { createdAt, expiresAt, idleEndsAt } = lifetime;
  const { running } = sandbox;
  return {
    ...{ id, lesson, state, now, createdAt, expiresAt, idleEndsAt, canExtend },
    steps: shown.steps.view(),
    machines: sandbox.ref.machines.map((name) => ({ name })),
    terminals: shown.terminals.views(),
    tasks: running?.grading.tasks() ?? [],
    shares: shown.shares.views(),
    ...(running === undefined ? {} : { preview: `/preview/${running.preview.token}` }),
    ...(queue === undefined || state !== 'queued' ? {} : { queue }),
    ...(problem === undefined ? {} : { problem: problem.view() }),
    ...(notice === undefined ? {} : { notice: noticeView(notice) }),
  };
}
