import { setTimeout as sleep } from 'node:timers/promises';
import { stringify } from 'yaml';
import { z } from 'zod';
import type { ClusterAccess } from '../cluster.ts';
import { operatorBinding, operatorPolicies } from './operator-policies.ts';
import { KubernetesApi, type KubernetesObject, pathOf } from '../kubernetes-api.ts';
import { KubernetesError } from '../kubernetes-error.ts';
import {
  LEARNER,
  learnerNamespace,
  namespaceOf,
  neighboursPolicy,
  OURS,
  READER_ROLE,
  SESSION_LABEL,
} from './learner-namespace.ts';
import { clusterPolicies } from './policies.ts';
import { sharedPolicies } from './shared-policies.ts';

export interface SessionSpec {
  /** Lower-case letters and digits, 4 to 32: the session. */
  id: string;
  /** How long the learner's token is good for, at least 10 minutes. */
  seconds: number;
  /** Where the learner's kubectl reaches the API server. */
  server: string;
  /** Where the learner's kubectl finds the token: it is read anew, so that it can be replaced. */
  tokenFile: string;
}

/** What a learner's kubectl needs: two files. */
export interface LearnerAccess {
  kubeconfig: string;
  token: string;
}

/** The cluster's controllers make a namespace usable in a fraction of a second; under load, or just started, it takes them longer. */
const USABLE_MS = 60_000;
const POLL_MS = 50;
/** What admission says while it does not know enough yet. */
const NOT_YET = /not yet ready|status unknown for quota/;

const token = z.object({ status: z.object({ token: z.string() }) });
const quota = z.object({ status: z.object({ hard: z.object({ pods: z.string() }) }) });
const namespaces = z.object({ items: z.array(z.object({ metadata: z.object({ name: z.string() }) })) });

/** The cluster goes through what a namespace holds one kind after the other; pods get their grace period to end. */
const GONE_MS = 120_000;

/** Sessions in one cluster: each has a namespace of its own. */
export class ClusterSessions implements Disposable {
  readonly #access: ClusterAccess;
  readonly api: KubernetesApi;

  readonly #wholeCluster: boolean;

  /** `wholeCluster`: its one session may do with the nodes what an operator does, see operator-policies.ts, and has no neighbours. */
  constructor(access: ClusterAccess, { wholeCluster = false }: { wholeCluster?: boolean } = {}) {
    this.#access = access;
    this.#wholeCluster = wholeCluster;
    this.api = new KubernetesApi(access);
  }

  /** What all sessions rest on; before the first of them, and again after an update. */
  async prepare(): Promise<void> {
    for (const object of [...clusterPolicies(), ...(this.#wholeCluster ? operatorPolicies() : sharedPolicies())])
      await this.api.apply(object);
  }

  /** Makes what a session has. What is there already is left as it is. */
  async open(session: SessionSpec, { signal }: { signal?: AbortSignal } = {}): Promise<LearnerAccess> {
    const namespace = namespaceOf(session.id);
    const soon = (what: () => Promise<boolean>) => eventually(what, `make ${namespace} usable`, signal);
    await soon(async () => {
      await this.#make(session.id);
      return true;
    });
    await soon(() => this.#isUsable(namespace));
    return { kubeconfig: this.#kubeconfig(session), token: await this.token(session) };
  }

  async #make(session: string): Promise<void> {
    const [namespace, ...inside] = learnerNamespace(session);
    if (namespace !== undefined) await this.api.apply(namespace);
    const between = this.#wholeCluster ? [] : [neighboursPolicy(session)];
    await Promise.all([...inside, ...between, ...this.#bindings(session)].map((object) => this.api.apply(object)));
  }

  /** Until then, pods are refused: their account is missing, or what the quota has left is not known yet. */
  async #isUsable(namespace: string): Promise<boolean> {
    await this.api.get(`/api/v1/namespaces/${namespace}/serviceaccounts/default`);
    return quota.safeParse(await this.api.get(`/api/v1/namespaces/${namespace}/resourcequotas/${OURS}quota`)).success;
  }

  /** A fresh one. */
  async token({ id, seconds }: Pick<SessionSpec, 'id' | 'seconds'>): Promise<string> {
    const answer = await this.api.create(`/api/v1/namespaces/${namespaceOf(id)}/serviceaccounts/${LEARNER}/token`, {
      apiVersion: 'authentication.k8s.io/v1',
      kind: 'TokenRequest',
      spec: { expirationSeconds: seconds },
    });
    return token.parse(answer).status.token;
  }

  #kubeconfig({ id, server, tokenFile }: SessionSpec): string {
    const namespace = namespaceOf(id);
    return stringify({
      apiVersion: 'v1',
      kind: 'Config',
      clusters: [
        {
          name: 'lab',
          cluster: {
            server,
            'certificate-authority-data': Buffer.from(this.#access.authority).toString('base64'),
            // The certificate has this name, whatever the address is.
            'tls-server-name': 'kubernetes',
          },
        },
      ],
      users: [{ name: 'learner', user: { tokenFile } }],
      contexts: [{ name: 'lab', context: { cluster: 'lab', user: 'learner', namespace } }],
      'current-context': 'lab',
    });
  }

  /** Sessions that have anything in the cluster. */
  async list(): Promise<string[]> {
    const answer = await this.api.get(`/api/v1/namespaces?labelSelector=${encodeURIComponent(SESSION_LABEL)}`);
    return namespaces.parse(answer).items.map(({ metadata }) => metadata.name.slice(namespaceOf('').length));
  }

  /** Removes all of a session; the cluster goes on with it in the background. Succeeds when nothing is there. */
  async close(id: string): Promise<void> {
    // In this order: what list() tells of goes last.
    for (const binding of this.#bindings(id)) await this.api.remove(pathOf(binding));
    await this.api.remove(`/api/v1/namespaces/${namespaceOf(id)}`);
  }

  /** Resolves when all of a session that was closed has gone. */
  async gone(id: string): Promise<void> {
    const deadline = performance.now() + GONE_MS;
    while ((await this.list()).includes(id)) {
      if (performance.now() > deadline) throw new Error(`${namespaceOf(id)} was not gone after ${GONE_MS / 1000} s`);
      await sleep(POLL_MS);
    }
  }

  #bindings(session: string): KubernetesObject[] {
    return [readerBinding(session), ...(this.#wholeCluster ? [operatorBinding(session)] : [])];
  }

  [Symbol.dispose](): void {
    this.api[Symbol.dispose]();
  }
}

/** Asks until it is true; what the cluster cannot do just now is asked again, too. */
async function eventually(what: () => Promise<boolean>, purpose: string, signal?: AbortSignal): Promise<void> {
  const deadline = performance.now() + USABLE_MS;
  for (;;) {
    const answer = await what().catch((error: unknown) => {
      if (isPassing(error)) return error;
      throw error;
    });
    if (answer === true) return;
    if (performance.now() > deadline)
      throw new Error(`the cluster did not ${purpose} within ${USABLE_MS / 1000} s`, { cause: answer });
    await sleep(POLL_MS, undefined, { ...(signal && { signal }) });
  }
}

/** Not there yet, or changed by two at once (a quota is, by what counts against it), or a control plane that was just started. */
function isPassing(error: unknown): error is KubernetesError {
  if (!(error instanceof KubernetesError)) return false;
  const { status, message } = error;
  return (
    status === 404 || status === 409 || status === 429 || status >= 500 || (status === 403 && NOT_YET.test(message))
  );
}

/** Gives the learner a look at what belongs to all. */
function readerBinding(session: string) {
  const namespace = namespaceOf(session);
  return {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRoleBinding',
    metadata: { name: `${OURS}${namespace}`, labels: { [SESSION_LABEL]: session } },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: READER_ROLE },
    subjects: [{ kind: 'ServiceAccount', name: LEARNER, namespace }],
  };
}
