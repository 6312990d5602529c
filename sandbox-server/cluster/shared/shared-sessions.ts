import { setTimeout as sleep } from 'node:timers/promises';
import { stringify } from 'yaml';
import { z } from 'zod';
import type { ClusterAccess } from '../cluster.ts';
import { KubernetesApi, pathOf } from '../kubernetes-api.ts';
import { KubernetesError } from '../kubernetes-error.ts';
import { LEARNER, learnerNamespace, namespaceOf, OURS, READER_ROLE, SESSION_LABEL } from './learner-namespace.ts';
import { clusterPolicies } from './policies.ts';

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

/** The cluster's controllers make a namespace usable in a fraction of a second; under load it takes longer. */
const USABLE_MS = 20_000;
const POLL_MS = 50;

const token = z.object({ status: z.object({ token: z.string() }) });
const quota = z.object({ status: z.object({ hard: z.object({ pods: z.string() }) }) });
const namespaces = z.object({ items: z.array(z.object({ metadata: z.object({ name: z.string() }) })) });

/** Sessions in one shared cluster: each has a namespace of its own. */
export class SharedSessions implements Disposable {
  readonly #access: ClusterAccess;
  readonly api: KubernetesApi;

  constructor(access: ClusterAccess) {
    this.#access = access;
    this.api = new KubernetesApi(access);
  }

  /** What all sessions rest on; before the first of them, and again after an update. */
  async prepare(): Promise<void> {
    for (const object of clusterPolicies()) await this.api.apply(object);
  }

  /** Makes what a session has. What is there already is left as it is. */
  async open(session: SessionSpec): Promise<LearnerAccess> {
    const [namespace, ...inside] = learnerNamespace(session.id);
    if (namespace !== undefined) await this.api.apply(namespace);
    await Promise.all([...inside, readerBinding(session.id)].map((object) => this.api.apply(object)));
    await this.#usable(namespaceOf(session.id));
    return { kubeconfig: this.#kubeconfig(session), token: await this.token(session) };
  }

  /** Until then, pods are refused: their account is missing, or what the quota has left is not known yet. */
  async #usable(namespace: string): Promise<void> {
    const deadline = performance.now() + USABLE_MS;
    const ready = async () => {
      await this.api.get(`/api/v1/namespaces/${namespace}/serviceaccounts/default`);
      return quota.safeParse(await this.api.get(`/api/v1/namespaces/${namespace}/resourcequotas/${OURS}quota`)).success;
    };
    const absent = (error: unknown) => {
      if (error instanceof KubernetesError && error.status === 404) return false;
      throw error;
    };
    while (!(await ready().catch(absent))) {
      if (performance.now() > deadline)
        throw new Error(`the cluster did not make ${namespace} usable within ${USABLE_MS / 1000} s`);
      await sleep(POLL_MS);
    }
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
    await this.api.remove(pathOf(readerBinding(id)));
    await this.api.remove(`/api/v1/namespaces/${namespaceOf(id)}`);
  }

  [Symbol.dispose](): void {
    this.api[Symbol.dispose]();
  }
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
