import { Agent, request } from 'node:https';
import type { ClusterAccess } from './cluster.ts';

/** An API server answers in milliseconds; one under load gets this long. */
const ANSWER_MS = 30_000;
/** No object of ours is larger. */
const ANSWER_BYTES = 4 * 1024 ** 2;
/** Whose fields they are, where something else changes an object, too. */
const FIELD_MANAGER = 'drydock';

/** What every object of Kubernetes has. */
export interface KubernetesObject {
  apiVersion: string;
  kind: string;
  metadata: { name: string; namespace?: string; labels?: Record<string, string>; annotations?: Record<string, string> };
  [field: string]: unknown;
}

/** An answer that is not a success; `status` is HTTP's. */
export class KubernetesError extends Error {
  override readonly name = 'KubernetesError';
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** The kinds that the platform itself writes, as the API's paths call them. */
const PLURALS: Readonly<Record<string, string>> = {
  Namespace: 'namespaces',
  ServiceAccount: 'serviceaccounts',
  ResourceQuota: 'resourcequotas',
  LimitRange: 'limitranges',
  NetworkPolicy: 'networkpolicies',
  Role: 'roles',
  RoleBinding: 'rolebindings',
  ClusterRole: 'clusterroles',
  ClusterRoleBinding: 'clusterrolebindings',
  ValidatingAdmissionPolicy: 'validatingadmissionpolicies',
  ValidatingAdmissionPolicyBinding: 'validatingadmissionpolicybindings',
};

/** A client of one API server, with the platform's own credentials. */
export class KubernetesApi implements Disposable {
  readonly #access: ClusterAccess;
  readonly #agent: Agent;

  constructor(access: ClusterAccess) {
    this.#access = access;
    const { authority, certificate, key } = access;
    this.#agent = new Agent({ keepAlive: true, ca: authority, cert: certificate, key });
  }

  /** Makes an object, or changes the one that is there to be like it. */
  async apply(object: KubernetesObject): Promise<void> {
    const path = `${pathOf(object)}?fieldManager=${FIELD_MANAGER}&force=true`;
    await this.send('PATCH', path, object, 'application/apply-patch+yaml');
  }

  async get(path: string): Promise<unknown> {
    return this.send('GET', path);
  }

  async create(path: string, body: unknown): Promise<unknown> {
    return this.send('POST', path, body);
  }

  /** Succeeds when it is not there. */
  async remove(path: string): Promise<void> {
    await this.send('DELETE', path).catch((error: unknown) => {
      if (!(error instanceof KubernetesError) || error.status !== 404) throw error;
    });
  }

  async send(method: string, path: string, body?: unknown, type = 'application/json'): Promise<unknown> {
    const text = body === undefined ? undefined : JSON.stringify(body);
    return new Promise((resolve, reject) => {
      const asked = request(
        new URL(path, this.#access.server),
        {
          method,
          agent: this.#agent,
          signal: AbortSignal.timeout(ANSWER_MS),
          headers: {
            accept: 'application/json',
            ...(text === undefined ? {} : { 'content-type': type, 'content-length': Buffer.byteLength(text) }),
          },
        },
        (answer) => {
          let said = '';
          answer.setEncoding('utf8').on('data', (part: string) => {
            said += part;
            if (said.length > ANSWER_BYTES) answer.destroy(new Error(`${path}: the answer is too long`));
          });
          answer.once('error', reject);
          answer.once('end', () => {
            const status = answer.statusCode ?? 0;
            if (status < 300) resolve(said === '' ? undefined : JSON.parse(said));
            else reject(new KubernetesError(status, `${method} ${path}: ${messageOf(said)}`));
          });
        },
      );
      asked.once('error', reject);
      asked.end(text);
    });
  }

  [Symbol.dispose](): void {
    this.#agent.destroy();
  }
}

/** `/apis/rbac.authorization.k8s.io/v1/namespaces/lab-x/roles/reader` */
export function pathOf({ apiVersion, kind, metadata: { name, namespace } }: KubernetesObject): string {
  const plural = PLURALS[kind];
  if (plural === undefined) throw new Error(`the platform writes no ${kind}`);
  const root = apiVersion.includes('/') ? '/apis' : '/api';
  return [root, apiVersion, ...(namespace === undefined ? [] : ['namespaces', namespace]), plural, name].join('/');
}

/** What a Status object says; whatever else came is shown as it is. */
function messageOf(said: string): string {
  try {
    const status = JSON.parse(said) as { message?: unknown } | null;
    return typeof status?.message === 'string' ? status.message : said;
  } catch {
    return said;
  }
}
