import type { SandboxRef } from '../backend/backend.ts';
import type { LabLesson } from '../lab/lessons.ts';
import { prepareSandbox } from './prepare-sandbox.ts';
import type { SessionServices } from './session-services.ts';
import type { Steps } from './steps.ts';
import type { Terminals } from './terminals.ts';

export const START_STEPS = [
  'Make a network of its own',
  'Start the Docker Engine',
  'Put the lesson’s files in place',
  'Open the terminal',
];

/** Makes a sandbox from nothing, as the lesson wants it, with one terminal open. */
export async function startSandbox(
  services: SessionServices,
  options: { sandbox: SandboxRef; lesson: LabLesson; steps: Steps; terminals: Terminals; signal: AbortSignal },
): Promise<void> {
  const { backend } = services;
  const { sandbox, lesson, steps, terminals, signal } = options;
  const { privateRegistry = false } = lesson.lab.sandbox;
  await backend.create(
    { ...sandbox, labels: { lesson: lesson.id }, privateRegistry },
    { signal, onStep: (step) => steps.begin(step) },
  );
  steps.begin('Put the lesson’s files in place');
  await prepareSandbox(backend, sandbox, lesson, { signal });
  steps.begin('Open the terminal');
  await terminals.open(sandbox.machines[0] ?? 'host');
  signal.throwIfAborted();
  steps.finish();
}
