import type { KubernetesReader, KubernetesRequest } from '../../grader/kubernetes-reader.ts';
import { readBounded } from '../../read-bounded.ts';
import type { KubernetesApi } from '../kubernetes-api.ts';
import { isWithin } from './within.ts';

/** An API server answers in milliseconds; a check that waits longer than this is over. */
const ANSWER_MS = 10_000;
/** Of one answer: a namespace with as many objects as its quota allows is far smaller. */
const MAX_ANSWER_BYTES = 8 * 1024 ** 2;

/** One session's part of a cluster, read with the platform's credentials. */
export class NamespaceReader implements KubernetesReader {
  readonly namespace: string;
  readonly #api: () => Pick<KubernetesApi, 'ask'>;

  /** `api` is asked for at every request: another cluster may have taken the place of one that was lost. */
  constructor(namespace: string, api: () => Pick<KubernetesApi, 'ask'>) {
    this.namespace = namespace;
    this.#api = api;
  }

  async bytes(path: string, options: KubernetesRequest): Promise<Buffer> {
    const { method = 'GET' } = options;
    // What a URL makes of it is what is sent.
    if (new URL(path, 'https://kubernetes').pathname !== path || !isWithin(this.namespace, method, path))
      throw new Error(`${method} ${path} is not within ${this.namespace}`);
    const signal = AbortSignal.any([options.signal, AbortSignal.timeout(ANSWER_MS)]);
    return await readBounded(await this.#api().ask(path, { ...options, signal }), MAX_ANSWER_BYTES);
  }
}
