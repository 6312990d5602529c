import type { IncomingMessage } from 'node:http';
import { Agent, request, type RequestOptions } from 'node:https';
import { setTimeout as sleep } from 'node:timers/promises';
import { readBounded } from '../read-bounded.ts';
import type { ClusterAccess } from './cluster.ts';
import { KubernetesError } from './kubernetes-error.ts';

/** An API server answers in milliseconds; one under load gets this long. */
const ANSWER_MS = 30_000;
/** No object of ours is larger. */
const ANSWER_BYTES = 4 * 1024 ** 2;
/** Of an error that is told. */
const MAX_MESSAGE_CHARS = 500;
/** Whose fields they are, where something else changes an object, too. */
const FIELD_MANAGER = 'drydock';
/** So often is a request sent that the API server has no room for just now. */
const MAX_TRIES = 5;
/** An API server asks for a second. */
const LONGEST_PAUSE_MS = 5_000;
/** Of POST, what may be sent twice: reviews change nothing, and a token too many does no harm. */
const HARMLESS = /\/(?:[a-z]*accessreviews|token)$/;
/** Answered by an application: it is told as it is. */
const OF_APPLICATION = /\/proxy(?:\/|$)/;
/** How the end of a connection is told. */
const CLOSED = new Set(['ECONNRESET', 'EPIPE']);

/** What every object of Kubernetes has. */
export interface KubernetesObject {
  apiVersion: string;
  kind: string;
  metadata: { name: string; namespace?: string; labels?: Record<string, string>; annotations?: Record<string, string> };
  [field: string]: unknown;
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

export interface ApiRequest {
  signal: AbortSignal;
  /** Default GET. */
  method?: string;
  query?: Record<string, string>;
  /** Sent as JSON. */
  body?: unknown;
  /** Of the body. Default application/json. */
  type?: string;
  /** What the answer may be. Default JSON of the whole object. */
  accept?: string;
}

/** A client of one API server, with the platform's own credentials. */
export class KubernetesApi implements Disposable {
  readonly #server: string;
  readonly #credentials: Pick<RequestOptions, 'ca' | 'cert' | 'key'>;
  readonly #agent = new Agent({ keepAlive: true });

  constructor({ server, authority, certificate, key }: ClusterAccess) {
    this.#server = server;
    this.#credentials = { ca: authority, cert: certificate, key };
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

  async send(method: string, path: string, body?: unknown, type?: string): Promise<unknown> {
    const signal = AbortSignal.timeout(ANSWER_MS);
    const answer = await this.ask(path, { signal, method, body, ...(type === undefined ? {} : { type }) });
    const said = (await readBounded(answer, ANSWER_BYTES)).toString('utf8');
    return said === '' ? undefined : JSON.parse(said);
  }

  /** Resolves when the answer has begun; rejects with KubernetesError when it is none of success. */
  async ask(path: string, options: ApiRequest): Promise<IncomingMessage> {
    const { signal, method = 'GET', query = {}, body, type = 'application/json', accept } = options;
    const url = new URL(path, this.#server);
    for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
    const text = body === undefined ? undefined : JSON.stringify(body);
    const headers = {
      ...(accept !== undefined && { accept }),
      ...(text !== undefined && { 'content-type': type, 'content-length': Buffer.byteLength(text) }),
    };
    for (let tries = 1; ; tries++) {
      signal.throwIfAborted();
      const answer = await this.#exchange(url, { ...this.#credentials, method, headers, signal }, text);
      const status = answer.statusCode ?? 0;
      if (status < 300) return answer;
      const said = (await readBounded(answer, ANSWER_BYTES)).toString('utf8');
      const pause = OF_APPLICATION.test(url.pathname) ? undefined : pauseMs(answer);
      if (pause === undefined || tries === MAX_TRIES)
        throw new KubernetesError(status, `${method} ${path}: ${messageOf(said).slice(0, MAX_MESSAGE_CHARS)}`);
      await sleep(pause, undefined, { signal });
    }
  }

  /**
   * One request and the beginning of its answer. The API server ends connections that were idle for long, and all when it is started
   * again: a request that met such an end goes on a new one (https://nodejs.org/api/http.html#requestreusedsocket).
   */
  #exchange(
    url: URL,
    options: RequestOptions,
    text: string | undefined,
    agent: Agent | false = this.#agent,
  ): Promise<IncomingMessage> {
    const mayRepeat = agent !== false && (options.method !== 'POST' || HARMLESS.test(url.pathname));
    return new Promise((resolve, reject) => {
      let begun = false;
      const asked = request(url, { ...options, agent }, (answer) => {
        begun = true;
        resolve(answer);
      });
      asked.once('error', (error: NodeJS.ErrnoException) => {
        const met = asked.reusedSocket && !begun && CLOSED.has(error.code ?? '');
        if (met && mayRepeat) resolve(this.#exchange(url, options, text, false));
        else reject(error);
      });
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

/** How long the API server asks to wait before the same is sent again; undefined when that would not help. As client-go has it. */
function pauseMs({ statusCode = 0, headers }: IncomingMessage): number | undefined {
  const seconds = Number(headers['retry-after']);
  if (!(seconds >= 0) || (statusCode !== 429 && statusCode < 500)) return undefined;
  return Math.min(seconds * 1000, LONGEST_PAUSE_MS);
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
