import type { DockerChecks } from './docker-checks.ts';
import type { Expect } from './expect.ts';
import type { KubernetesChecks } from './kubernetes-checks.ts';
import type { RegistryChecks } from './registry-checks.ts';

/** What a check sees of the sandbox. All of it is read by clients of ours, never by a script that the learner can edit. */
export interface CheckContext {
  /** The Docker Engine of the first machine. */
  docker: DockerChecks;
  /** A request made from inside the first machine, as `curl` would. */
  http: (url: string, options?: HttpCheckOptions) => Promise<HttpCheckResponse>;
  files: FileChecks;
  /** Runs a command on the first machine as the learner with a clean environment; an array runs without a shell. */
  exec: (command: string | readonly string[], options?: { timeout?: number }) => Promise<ExecResult>;
  /** The lab's private registry; only where `sandbox.privateRegistry` is set. */
  registry: RegistryChecks;
  /** The session's part of the lab's cluster; only where `sandbox.cluster` is set. */
  kubernetes: KubernetesChecks;
  /** The same clients for another machine. */
  machine: (
    name: string,
  ) => Omit<CheckContext, 'machine' | 'kubernetes' | 'registry' | 'expect' | 'notYet' | 'answer' | 'signal'>;
  expect: Expect;
  /** Turns the attempt down in words of your own. */
  notYet: (message: string, details?: { expected?: string; observed?: string; subject?: string }) => never;
  /** What the learner typed into the task's answer field, trimmed; undefined until then. */
  answer: string | undefined;
  /** Aborted when the check's time is over. */
  signal: AbortSignal;
}

export interface HttpCheckOptions {
  method?: string;
  headers?: Record<string, string>;
  body?: string;
  /** Milliseconds. Default 3,000. */
  timeout?: number;
}

export interface HttpCheckResponse {
  status: number;
  /** Lower-case names. */
  headers: Record<string, string>;
  body: string;
}

export interface FileChecks {
  /** Paths are absolute or relative to the learner's home. Throws "not yet" when there is no such file. */
  read: (path: string) => Promise<string>;
  exists: (path: string) => Promise<boolean>;
}

export interface ExecResult {
  exitCode: number | null;
  stdout: string;
  stderr: string;
}
