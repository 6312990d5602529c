import { type IncomingMessage, request } from 'node:http';
import type { z } from 'zod';
import type { Backend, SandboxRef } from '../backend/backend.ts';
import { ExecAgent } from '../backend/exec-agent.ts';
import { PATHS } from '../backend/paths.ts';
import { readBounded } from '../read-bounded.ts';
import { EngineError, type EngineReader, type EngineRequest, readJson } from './engine-reader.ts';
import { Pool } from './pool.ts';

/** Under what a Docker 26.1 speaks; the API does not change behind a version. */
const API = '/v1.44';
/** Each is a process in the sandbox. Four requests at once are as many as checks make use of. */
const MAX_CONNECTIONS = 4;
/** An unused connection's process ends after this. */
const IDLE_MS = 20_000;
/** Of one answer. An honest list of a few hundred objects is far smaller. */
export const MAX_ANSWER_BYTES = 8 * 1024 * 1024;

/**
 * Docker's own pipe from standard input and output to a socket. A configuration that is not there keeps it from reading
 * the one in the home volume, which the learner writes.
 */
const DIAL = [
  '/usr/bin/docker',
  '--config',
  '/nonexistent',
  '-H',
  `unix://${PATHS.controlSocket}`,
  'system',
  'dial-stdio',
];

/** The API of the Docker Engine inside a machine, reached through an exec in the engine's container. */
export class EngineApi implements EngineReader, Disposable {
  readonly machine: string;
  readonly #agent: ExecAgent;
  readonly #streamAgent: ExecAgent;
  /** node:http counts a connection only once it is made, so its own bound does not hold here. */
  readonly #pool = new Pool(MAX_CONNECTIONS);
  #inFlight = 0;
  #idle: NodeJS.Timeout | undefined;

  constructor(backend: Backend, sandbox: SandboxRef, machine: string) {
    this.machine = machine;
    const dial = () => backend.exec(sandbox, machine, DIAL, { in: 'engine' });
    this.#agent = new ExecAgent(dial, { keepAlive: true, maxSockets: MAX_CONNECTIONS });
    this.#streamAgent = new ExecAgent(dial, { keepAlive: false, maxSockets: MAX_CONNECTIONS });
  }

  /** JSON of a known shape. */
  async json<T>(path: string, schema: z.ZodType<T>, options: EngineRequest): Promise<T> {
    return await readJson(this, path, schema, options);
  }

  /** The whole answer, bounded. Rejects with EngineError when the engine answers with one. */
  async bytes(path: string, options: EngineRequest): Promise<Buffer> {
    this.#begin();
    try {
      return await this.#pool.run(
        async () => await readBounded(await this.#send(path, options, this.#agent), MAX_ANSWER_BYTES),
      );
    } finally {
      this.#end();
    }
  }

  /** An answer that goes on until the signal. */
  async stream(path: string, options: EngineRequest): Promise<IncomingMessage> {
    return await this.#send(path, options, this.#streamAgent);
  }

  /** Ends all connections; safe to call twice. */
  [Symbol.dispose](): void {
    clearTimeout(this.#idle);
    this.#agent.destroy();
    this.#streamAgent.destroy();
  }

  async #send(path: string, options: EngineRequest, agent: ExecAgent): Promise<IncomingMessage> {
    const { signal, method = 'GET', body } = options;
    signal.throwIfAborted();
    const query = options.query ? `?${new URLSearchParams(options.query).toString()}` : '';
    const payload = body === undefined ? undefined : JSON.stringify(body);
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      const headers =
        payload === undefined
          ? {}
          : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(payload) };
      const sent = request(
        { agent, signal, method, path: `${API}${path}${query}`, headers: { host: 'docker', ...headers } },
        resolve,
      );
      sent.on('error', reject);
      sent.end(payload);
    });
    if (response.statusCode !== undefined && response.statusCode < 300) return response;
    throw new EngineError(
      response.statusCode ?? 0,
      errorMessage((await readBounded(response, MAX_ANSWER_BYTES)).toString('utf8')),
    );
  }

  #begin(): void {
    this.#inFlight++;
    clearTimeout(this.#idle);
  }

  #end(): void {
    if (--this.#inFlight > 0) return;
    this.#idle = setTimeout(() => this.#agent.destroy(), IDLE_MS);
    this.#idle.unref();
  }
}

/** `{"message":"…"}` */
function errorMessage(body: string): string {
  try {
    const parsed: unknown = JSON.parse(body);
    if (typeof parsed === 'object' && parsed !== null && 'message' in parsed) return String(parsed.message);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  return body.slice(0, 200);
}
