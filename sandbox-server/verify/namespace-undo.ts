import { setTimeout as sleep } from 'node:timers/promises';
import type { RunCommand } from '../grader/probes.ts';
import { type NamespacedObject, undoPlan } from './namespace-state.ts';

/** Whatever a lesson lets a learner make, and the pods that come of it. */
const KINDS = [
  'pods,replicasets,deployments,statefulsets,daemonsets,jobs,cronjobs',
  'services,ingresses,networkpolicies,configmaps,secrets,serviceaccounts,roles,rolebindings',
  'persistentvolumeclaims,poddisruptionbudgets,horizontalpodautoscalers',
].join(',');
const NODES = `kubectl get nodes -o jsonpath='{range .items[*]}{.metadata.name} {.spec} {.metadata.labels} {.status.conditions[?(@.type=="Ready")].status}{"\\n"}{end}'`;
const KEEP_FILES = 'rm -rf /tmp/.before && cp -a "$HOME" /tmp/.before';
const BRING_FILES_BACK = 'find "$HOME" -mindepth 1 -delete && cp -a /tmp/.before/. "$HOME"';
/** Pods of images that are there start within seconds. */
const READY_MS = 60_000;
const RETRY_MS = 300;
const MAX_BYTES = 16 * 1024 * 1024;

/** The learner's namespace and files as they were, to come back to after a mistake. */
export class NamespaceUndo {
  readonly #run: RunCommand;
  readonly #signal: AbortSignal;
  readonly #objects: NamespacedObject[];
  readonly #nodes: string;

  private constructor(run: RunCommand, signal: AbortSignal, objects: NamespacedObject[], nodes: string) {
    this.#run = run;
    this.#signal = signal;
    this.#objects = objects;
    this.#nodes = nodes;
  }

  static async remember(run: RunCommand, signal: AbortSignal): Promise<NamespaceUndo> {
    const undo = new NamespaceUndo(run, signal, await objectsOf(run, signal), await shell(run, NODES, signal));
    await shell(run, KEEP_FILES, signal);
    return undo;
  }

  /** Undefined when all is as it was; else why it cannot be. */
  async undo(): Promise<string | undefined> {
    try {
      return await this.#undo();
    } catch (error) {
      this.#signal.throwIfAborted();
      return error instanceof Error ? error.message : String(error);
    }
  }

  async #undo(): Promise<string | undefined> {
    if ((await shell(this.#run, NODES, this.#signal)) !== this.#nodes) return 'the nodes are not as they were';
    await shell(this.#run, BRING_FILES_BACK, this.#signal);
    const plan = undoPlan(this.#objects, await objectsOf(this.#run, this.#signal));
    if (plan === undefined) return 'something has changed that has a history';
    if (plan.gone.length > 0) await shell(this.#run, `kubectl delete ${plan.gone.join(' ')}`, this.#signal);
    if (plan.made.length > 0) {
      const list = JSON.stringify({ apiVersion: 'v1', kind: 'List', items: plan.made });
      await shell(this.#run, 'kubectl create -f -', this.#signal, list);
    }
    if (plan.gone.length + plan.made.length === 0 || (await this.#looksAsBefore())) return undefined;
    return `not as ready as before after ${READY_MS / 1000} s`;
  }

  /** Waits for as many pods, as ready as they were. */
  async #looksAsBefore(): Promise<boolean> {
    const wanted = summary(this.#objects);
    const deadline = performance.now() + READY_MS;
    while (performance.now() < deadline) {
      if (summary(await objectsOf(this.#run, this.#signal)) === wanted) return true;
      await sleep(RETRY_MS, undefined, { signal: this.#signal });
    }
    return false;
  }
}

function summary(objects: readonly NamespacedObject[]): string {
  const pods = objects.filter(({ kind }) => kind === 'Pod');
  const lines = [
    ...objects
      .filter(({ kind }) => kind !== 'Pod' && kind !== 'ReplicaSet')
      .map(({ kind, metadata, status }) => `${kind}/${metadata.name} ${status?.availableReplicas ?? 0}`),
    ...pods.map(({ metadata, status }) =>
      metadata.ownerReferences ? `a pod ${String(status?.phase)}` : `${metadata.name} ${String(status?.phase)}`,
    ),
  ];
  return lines.sort().join('\n');
}

async function objectsOf(run: RunCommand, signal: AbortSignal): Promise<NamespacedObject[]> {
  const listed = await shell(run, `kubectl get ${KINDS} -o json`, signal);
  return (JSON.parse(listed) as { items: NamespacedObject[] }).items;
}

async function shell(run: RunCommand, script: string, signal: AbortSignal, input = ''): Promise<string> {
  const { exitCode, stdout, stderr } = await run(['/bin/bash', '-c', script], { signal, input, maxBytes: MAX_BYTES });
  if (exitCode !== 0) throw new Error(`${script}: exit code ${exitCode}: ${stderr.toString().slice(-800)}`);
  return stdout.toString();
}
