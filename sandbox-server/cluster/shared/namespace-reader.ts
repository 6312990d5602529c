import type { IncomingMessage } from 'node:http';
import { type Agent, request } from 'node:https';
import type { KubernetesReader, KubernetesRequest } from '../../grader/kubernetes-reader.ts';
import { KubernetesError } from '../kubernetes-api.ts';
import { isWithin } from './within.ts';

/** An API server answers in milliseconds; a check that waits longer than this is over. */
const ANSWER_MS = 10_000;
/** Of one answer: a namespace with as many objects as its quota allows is far smaller. */
const MAX_ANSWER_BYTES = 8 * 1024 ** 2;
/** Of an error that is told. */
const MAX_MESSAGE_CHARS = 500;

/** One session's part of a cluster, read with the platform's credentials, which are in the agent. */
export class NamespaceReader implements KubernetesReader {
  readonly namespace: string;
  readonly #server: string;
  readonly #agent: Agent;

  /** The agent is shared by all readers of a cluster, and not ended with any of them. */
  constructor(options: { namespace: string; server: string; agent: Agent }) {
    this.namespace = options.namespace;
    this.#server = options.server;
    this.#agent = options.agent;
  }

  async bytes(path: string, options: KubernetesRequest): Promise<Buffer> {
    const signal = AbortSignal.any([options.signal, AbortSignal.timeout(ANSWER_MS)]);
    return await readAll(await this.#send(path, { ...options, signal }));
  }

  async stream(path: string, options: KubernetesRequest): Promise<AsyncIterable<Buffer>> {
    return await this.#send(path, options);
  }

  async #send(path: string, { signal, query, method = 'GET', body }: KubernetesRequest): Promise<IncomingMessage> {
    signal.throwIfAborted();
    const url = new URL(path, this.#server);
    // What the URL made of it is what is sent.
    if (url.pathname !== path || !isWithin(this.namespace, method, path))
      throw new Error(`${method} ${path} is not within ${this.namespace}`);
    for (const [name, value] of Object.entries(query ?? {})) url.searchParams.set(name, value);
    const payload = body === undefined ? undefined : JSON.stringify(body);
    const answer = await new Promise<IncomingMessage>((resolve, reject) => {
      const headers = payload === undefined ? {} : { 'content-type': 'application/json' };
      const asked = request(url, { method, agent: this.#agent, signal, headers }, resolve);
      asked.once('error', reject);
      asked.end(payload);
    });
    const status = answer.statusCode ?? 0;
    if (status < 300) return answer;
    const said = (await readAll(answer)).toString('utf8').slice(0, MAX_MESSAGE_CHARS);
    throw new KubernetesError(status, `${method} ${path}: ${said}`);
  }
}

async function readAll(answer: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MAX_ANSWER_BYTES) throw new Error(`the API server's answer is longer than ${MAX_ANSWER_BYTES} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
