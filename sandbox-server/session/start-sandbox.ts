import type { SandboxRef } from '../backend/backend.ts';
import type { LabLesson } from '../lab/lessons.ts';
import { needsSetup, putFiles, setUp } from './prepare-sandbox.ts';
import type { SessionServices } from './session-services.ts';
import type { Steps } from './steps.ts';
import type { Terminals } from './terminals.ts';

export const FILES = 'Put the lesson’s files in place';
const TERMINAL = 'Open the terminal';
const ENGINE = 'Wait for the Docker Engine';
const SETUP = 'Make the lab ready';

/** What a page shows before anything has happened. */
export const START_STEPS = ['Make a network of its own', 'Start the machine', FILES, TERMINAL, ENGINE];

/** Makes a sandbox from nothing, as the lesson wants it, with one terminal open. */
export async function startSandbox(
  { backend }: SessionServices,
  options: { sandbox: SandboxRef; lesson: LabLesson; steps: Steps; terminals: Terminals; signal: AbortSignal },
): Promise<void> {
  const { sandbox, lesson, steps, terminals, signal } = options;
  await backend.create(
    { ...sandbox, labels: { lesson: lesson.id }, privateRegistry: lesson.lab.sandbox.privateRegistry ?? false },
    {
      signal,
      onStep: (step) => steps.begin(step),
      // The engine needs longest: what can do without it goes on meanwhile.
      onShells: async () => {
        steps.begin(FILES);
        await putFiles(backend, sandbox, lesson, { signal });
        steps.begin(TERMINAL);
        await terminals.open(sandbox.machines[0] ?? 'host');
        steps.begin(ENGINE);
      },
    },
  );
  if (needsSetup(lesson)) {
    steps.begin(SETUP);
    await setUp(backend, sandbox, lesson, { signal });
  }
  signal.throwIfAborted();
  steps.finish();
}
