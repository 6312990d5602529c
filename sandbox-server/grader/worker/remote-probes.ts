import type { RunResult } from '../../backend/exec-to-end.ts';
import { KubernetesError } from '../../cluster/kubernetes-error.ts';
import { EngineError, type EngineReader } from '../engine-reader.ts';
import type { KubernetesReader } from '../kubernetes-reader.ts';
import type { Probes, RunCommand } from '../probes.ts';
import type { Answer, Question } from './messages.ts';

/** The sandbox of one run as its check sees it from the thread: every question goes to the server. */
export class RemoteProbes implements Probes {
  readonly machines: readonly string[];
  readonly cluster?: KubernetesReader;
  readonly #send: (question: number, ask: Question) => void;
  readonly #open = new Map<number, { resolve: (answer: Answer) => void }>();
  #questions = 0;

  constructor(
    { machines, namespace }: { machines: readonly string[]; namespace?: string | undefined },
    send: (question: number, ask: Question) => void,
  ) {
    this.machines = machines;
    this.#send = send;
    if (namespace !== undefined) this.cluster = this.#cluster(namespace);
  }

  engine(machine: string): EngineReader {
    return {
      bytes: async (path, { signal, query, method, body }) => {
        const answer = await this.#ask(
          { kind: 'engine', machine, path, body, ...(query && { query }), ...(method && { method }) },
          signal,
        );
        if (answer.kind === 'bytes') return toBuffer(answer.bytes);
        throw failure(answer);
      },
    };
  }

  run(machine: string): RunCommand {
    return async (command, { signal, ...options }): Promise<RunResult> => {
      const answer = await this.#ask({ kind: 'command', machine, command: [...command], ...options }, signal);
      if (answer.kind !== 'result') throw failure(answer);
      const { stdout, stderr } = answer.result;
      return { ...answer.result, stdout: toBuffer(stdout), stderr: toBuffer(stderr) };
    };
  }

  #cluster(namespace: string): KubernetesReader {
    return {
      namespace,
      bytes: async (path, { signal, query, method, body }) => {
        const answer = await this.#ask(
          { kind: 'kubernetes', path, body, ...(query && { query }), ...(method && { method }) },
          signal,
        );
        if (answer.kind === 'bytes') return toBuffer(answer.bytes);
        throw failure(answer);
      },
    };
  }

  answered(question: number, answer: Answer): void {
    this.#open.get(question)?.resolve(answer);
    this.#open.delete(question);
  }

  async #ask(ask: Question, signal: AbortSignal): Promise<Answer> {
    signal.throwIfAborted();
    const { promise, resolve, reject } = Promise.withResolvers<Answer>();
    const question = this.#questions++;
    const onAbort = () => reject(signal.reason);
    signal.addEventListener('abort', onAbort, { once: true });
    this.#open.set(question, { resolve });
    try {
      this.#send(question, ask);
      return await promise;
    } finally {
      this.#open.delete(question);
      signal.removeEventListener('abort', onAbort);
    }
  }
}

/** Threads pass buffers on as plain arrays of bytes. */
function toBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function failure(answer: Answer): Error {
  if (answer.kind === 'engineError') return new EngineError(answer.status, answer.message);
  if (answer.kind === 'kubernetesError') return new KubernetesError(answer.status, answer.message);
  return new Error(answer.kind === 'error' ? answer.message : 'the server answered another question');
}
