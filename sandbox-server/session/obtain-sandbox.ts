import type { SandboxRef } from '../backend/backend.ts';
import type { LabLesson } from '../lab/lessons.ts';
import type { SessionServices } from './session-services.ts';
import { FILES, startSandbox } from './start-sandbox.ts';
import type { Steps } from './steps.ts';
import type { Terminals } from './terminals.ts';

const TAKE = 'Take a machine that stands ready';

export interface ObtainOptions {
  lesson: LabLesson;
  learner: string;
  steps: Steps;
  terminals: Terminals;
  signal: AbortSignal;
  /** Called with the sandbox before anything is done to it: from then on it is the caller’s to remove. */
  own: (sandbox: SandboxRef) => void;
  /** For one that is made from nothing. */
  newSandbox: () => SandboxRef;
  /** What must be done before that. */
  before: () => Promise<void>;
}

/** A sandbox as the lesson wants it, with one terminal open: a warm one where there is one, otherwise a new one. */
export async function obtainSandbox(services: SessionServices, options: ObtainOptions): Promise<void> {
  const { signal, own, newSandbox, before } = options;
  if (await takeWarm(services, options)) return;
  await before();
  signal.throwIfAborted();
  const sandbox = newSandbox();
  own(sandbox);
  await startSandbox(services, { ...options, sandbox });
}

async function takeWarm({ backend, log, pool }: SessionServices, options: ObtainOptions): Promise<boolean> {
  const { lesson, learner, steps, terminals, signal, own } = options;
  const taken = pool?.take(lesson, learner);
  if (taken === undefined) return false;
  const { sandbox } = taken;
  own(sandbox);
  steps.plan([TAKE, FILES]);
  steps.begin(TAKE);
  try {
    const warm = await taken.ready;
    steps.begin(FILES);
    const shell = await warm.take(lesson, signal);
    await terminals.open(sandbox.machines[0] ?? 'host', shell);
    signal.throwIfAborted();
    steps.finish();
    return true;
  } catch (error) {
    if (signal.aborted) throw error;
    log.warn({ sandbox: sandbox.id, err: error }, 'a warm sandbox was of no use; a new one is made');
    terminals.closeAll('ended');
    await backend.destroy(sandbox.id);
    return false;
  }
}
