import { setTimeout as sleep } from 'node:timers/promises';
import { DrydockError } from '../../errors.ts';
import { onNode } from './node-command.ts';
import type { KindProgram } from './run-kind.ts';

/** Nodes become Ready within 20 s of kind's end on a small machine; this leaves room for a busy one. */
const READY_SECONDS = 240;
const POLL_MS = 500;

/** An API server that was just started answers before it knows who may do what. */
const READYZ = ['kubectl', 'get', '--raw=/readyz'];
const WAIT = ['kubectl', 'wait', '--for=condition=Ready', 'nodes', '--all', '--timeout=30s'];
const LEASES = [
  ...['kubectl', 'get', 'leases', '--all-namespaces'],
  '--output=jsonpath={range .items[*]}{.metadata.namespace}/{.metadata.name} {.spec.renewTime}{"\\n"}{end}',
];
/**
 * After the control plane was started again, nobody makes accounts, quotas or pods until these lead: the lease of the process from
 * before has to run out first, 15 s.
 */
const CONTROLLERS = ['kube-controller-manager', 'kube-scheduler'];

export interface WaitOptions {
  /** Since when each node runs (ISO 8601), asked at every try: what the API server knows of one may be from before that. */
  started?: () => Promise<ReadonlyMap<string, string>>;
  signal?: AbortSignal | undefined;
}

/** Resolves when all nodes are Ready, and the control plane does its work. An API server that was just started refuses at first. */
export async function waitForNodes(
  program: KindProgram,
  control: string,
  { started, signal }: WaitOptions,
): Promise<void> {
  const deadline = performance.now() + READY_SECONDS * 1000;
  for (;;) {
    try {
      const since = await started?.();
      await onNode(program, control, READYZ, { signal });
      if (since !== undefined) needRenewed(await onNode(program, control, LEASES, { signal }), since, control);
      await onNode(program, control, WAIT, { signal });
      return;
    } catch (error) {
      // An engine may be back in a moment.
      const isFinal = error instanceof DrydockError && error.code !== 'engine-gone';
      if (isFinal || signal?.aborted === true || performance.now() > deadline) throw error;
      await sleep(POLL_MS);
    }
  }
}

/** A kubelet renews its lease as soon as it runs, and a controller when it leads. One without a lease needs none. */
export function needRenewed(leases: string, since: ReadonlyMap<string, string>, control: string): void {
  const renewed = new Map(leases.split('\n').map((line) => line.split(' ') as [string, string | undefined]));
  const need = (lease: string, node: string, what: string) => {
    if (!(Date.parse(renewed.get(lease) ?? '') > Date.parse(since.get(node) ?? '')))
      throw new Error(`${what} has not come back.`);
  };
  for (const node of since.keys()) need(`kube-node-lease/${node}`, node, `The kubelet of ${node}`);
  for (const name of CONTROLLERS)
    if (renewed.has(`kube-system/${name}`)) need(`kube-system/${name}`, control, `The ${name}`);
}
