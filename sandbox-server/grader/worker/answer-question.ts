import { KubernetesError } from '../../cluster/kubernetes-error.ts';
import { EngineError } from '../engine-reader.ts';
import type { CheckJob } from '../check-runner.ts';
import type { Answer, Question } from './messages.ts';

/** Looks at the sandbox for a check in its thread. Never rejects. */
export async function answerQuestion({ probes, signal }: CheckJob, question: Question): Promise<Answer> {
  try {
    if (question.kind === 'engine') {
      const { kind: _kind, machine, path, ...options } = question;
      return { kind: 'bytes', bytes: await probes.engine(machine).bytes(path, { ...options, signal }) };
    }
    if (question.kind === 'kubernetes') {
      const { kind: _kind, path, ...options } = question;
      if (probes.cluster === undefined) throw new Error('this lab has no cluster');
      return { kind: 'bytes', bytes: await probes.cluster.bytes(path, { ...options, signal }) };
    }
    const { kind: _kind, machine, command, ...options } = question;
    return { kind: 'result', result: await probes.run(machine)(command, { ...options, signal }) };
  } catch (error) {
    if (error instanceof EngineError) return { kind: 'engineError', status: error.status, message: error.message };
    if (error instanceof KubernetesError)
      return { kind: 'kubernetesError', status: error.status, message: error.message };
    return { kind: 'error', message: error instanceof Error ? error.message : String(error) };
  }
}
