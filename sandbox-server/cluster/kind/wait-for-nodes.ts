import { setTimeout as sleep } from 'node:timers/promises';
import { onNode } from './node-command.ts';
import type { KindProgram } from './run-kind.ts';

/** Nodes become Ready within 20 s of kind's end on a small machine; this leaves room for a busy one. */
const READY_SECONDS = 240;
const POLL_MS = 500;

const WAIT = ['kubectl', 'wait', '--for=condition=Ready', 'nodes', '--all', '--timeout=30s'];
const LEASES = [
  ...['kubectl', '--namespace=kube-node-lease', 'get', 'leases'],
  '--output=jsonpath={range .items[*]}{.metadata.name} {.spec.renewTime}{"\\n"}{end}',
];

export interface WaitOptions {
  /** Nodes that were started again, and when (ISO 8601): what the API server knows of them may be from before. */
  started?: ReadonlyMap<string, string>;
  signal?: AbortSignal | undefined;
}

/** Resolves when all nodes are Ready. An API server that was just started refuses at first. */
export async function waitForNodes(
  program: KindProgram,
  control: string,
  { started = new Map(), signal }: WaitOptions,
): Promise<void> {
  const deadline = performance.now() + READY_SECONDS * 1000;
  for (;;) {
    try {
      if (started.size > 0) needRenewed(await onNode(program, control, LEASES, { signal }), started);
      await onNode(program, control, WAIT, { signal });
      return;
    } catch (error) {
      if (signal?.aborted === true || performance.now() > deadline) throw error;
      await sleep(POLL_MS);
    }
  }
}

/** A kubelet renews its lease as soon as it runs. */
export function needRenewed(leases: string, started: ReadonlyMap<string, string>): void {
  const renewed = new Map(leases.split('\n').map((line) => line.split(' ') as [string, string | undefined]));
  for (const [node, since] of started)
    if (!(Date.parse(renewed.get(node) ?? '') > Date.parse(since)))
      throw new Error(`The kubelet of ${node} has not come back.`);
}
