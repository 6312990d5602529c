import { setTimeout as sleep } from 'node:timers/promises';
import type { RunCommand } from '../grader/probes.ts';
import { isAsReady, type NamespacedObject, undoPlan } from './namespace-state.ts';
import { nodesBack, nodeStates } from './node-state.ts';

/** What becomes what it was a little later. */
const LIVING = 'nodes,pods,deployments,statefulsets';
/** Whatever a lesson lets a learner make, and what comes of it. */
const ALL = [
  LIVING,
  'replicasets,daemonsets,jobs,cronjobs,services,ingresses,networkpolicies,configmaps,secrets,serviceaccounts',
  'roles,rolebindings,persistentvolumeclaims,poddisruptionbudgets,horizontalpodautoscalers',
].join(',');
/** The learner's own; what is mounted below belongs to the platform. */
const KEEP_FILES = [
  'cd "$HOME"',
  'find . -xdev -type d >/tmp/.folders',
  'find . -xdev ! -type d -print0 | tar --create --null --files-from=- --file=/tmp/.files',
].join(' && ');
/** Folders stay, since the terminal may be in one of them. */
const BRING_FILES_BACK = [
  'cd "$HOME"',
  'find . -xdev ! -type d -delete',
  `find . -xdev -depth -type d | while IFS= read -r folder; do grep -qxF -- "$folder" /tmp/.folders || rmdir "$folder"; done`,
  `xargs -d '\\n' mkdir -p </tmp/.folders`,
  'tar --extract --file=/tmp/.files',
].join(' && ');
/** Without the time that pods get to end. */
const DELETE = 'kubectl delete --now --ignore-not-found';
/** Pods of images that are there start within seconds, also where many do. */
const READY_MS = 45_000;
const RETRY_MS = 1_500;
const MAX_BYTES = 16 * 1024 * 1024;

/** The learner's part of a cluster, and files, as they were, to come back to after a mistake. */
export class NamespaceUndo {
  readonly #run: RunCommand;
  readonly #signal: AbortSignal;
  readonly #before: NamespacedObject[];

  private constructor(run: RunCommand, signal: AbortSignal, before: NamespacedObject[]) {
    this.#run = run;
    this.#signal = signal;
    this.#before = before;
  }

  static async remember(run: RunCommand, signal: AbortSignal): Promise<NamespaceUndo> {
    const undo = new NamespaceUndo(run, signal, await objectsOf(run, ALL, signal));
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
    const now = await objectsOf(this.#run, ALL, this.#signal);
    const commands = nodesBack(nodeStates(this.#before), nodeStates(now));
    const plan = undoPlan(this.#before, now);
    if (plan === undefined) return 'a volume would have lost its data';
    if (plan.gone.length > 0) commands.push(`${DELETE} ${plan.gone.join(' ')}`);
    await shell(this.#run, [...commands, BRING_FILES_BACK].join(' && '), this.#signal);
    if (plan.made.length > 0) {
      const list = JSON.stringify({ apiVersion: 'v1', kind: 'List', items: plan.made });
      await shell(this.#run, 'kubectl create -f -', this.#signal, list);
    }
    if (commands.length + plan.made.length === 0 || (await this.#isLikeBefore())) return undefined;
    return `not as ready as before after ${READY_MS / 1000} s`;
  }

  async #isLikeBefore(): Promise<boolean> {
    const deadline = performance.now() + READY_MS;
    for (;;) {
      if (isAsReady(this.#before, await objectsOf(this.#run, LIVING, this.#signal))) return true;
      if (performance.now() > deadline) return false;
      await sleep(RETRY_MS, undefined, { signal: this.#signal });
    }
  }
}

async function objectsOf(run: RunCommand, kinds: string, signal: AbortSignal): Promise<NamespacedObject[]> {
  const listed = await shell(run, `kubectl get ${kinds} -o json`, signal);
  return (JSON.parse(listed) as { items: NamespacedObject[] }).items;
}

async function shell(run: RunCommand, script: string, signal: AbortSignal, input = ''): Promise<string> {
  const { exitCode, stdout, stderr } = await run(['/bin/bash', '-c', script], { signal, input, maxBytes: MAX_BYTES });
  if (exitCode !== 0) throw new Error(`${script}: exit code ${exitCode}: ${stderr.toString().slice(-800)}`);
  return stdout.toString();
}
