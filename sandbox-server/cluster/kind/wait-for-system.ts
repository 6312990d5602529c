import { onNode } from './node-command.ts';
import type { KindProgram } from './run-kind.ts';

/** DNS, storage and metrics take 20 s on a small machine; this leaves room for a busy one. */
const AVAILABLE_SECONDS = 150;
/**
 * Of the cluster itself. What learners have made may never work, and that is theirs to see. The ingress controller is not waited for:
 * an Ingress that was made before is answered when it comes.
 */
const NAMESPACES = ['kube-system', 'local-path-storage'];

/** Resolves when what every cluster has in it works: names, volumes, metrics. */
export async function waitForSystem(
  program: KindProgram,
  control: string,
  signal: AbortSignal | undefined,
): Promise<void> {
  const deployments = NAMESPACES.map((namespace) => ['deployments', `--namespace=${namespace}`]);
  for (const what of [...deployments, ['apiservices']])
    await onNode(
      program,
      control,
      ['kubectl', 'wait', '--for=condition=Available', ...what, '--all', `--timeout=${AVAILABLE_SECONDS}s`],
      { signal },
    );
}
