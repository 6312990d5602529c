import { onNode } from './node-command.ts';
import type { KindProgram } from './run-kind.ts';

/** DNS, storage and metrics take 20 s on a small machine; this leaves room for a busy one. */
const AVAILABLE_SECONDS = 150;

/** Resolves when what every cluster has in it works: names, volumes, metrics. */
export async function waitForSystem(
  program: KindProgram,
  control: string,
  signal: AbortSignal | undefined,
): Promise<void> {
  for (const what of [['deployments', '--all-namespaces'], ['apiservices']])
    await onNode(
      program,
      control,
      ['kubectl', 'wait', '--for=condition=Available', ...what, '--all', `--timeout=${AVAILABLE_SECONDS}s`],
      { signal },
    );
}
