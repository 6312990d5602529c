import type { RunResult } from '../backend/exec-to-end.ts';
import type { EngineReader } from './engine-reader.ts';
import type { KubernetesReader } from './kubernetes-reader.ts';

/** What a command that a check runs may ask for: plain data but for the signal. */
export interface ProbeOptions {
  signal: AbortSignal;
  /** Default the learner's container; `registry`: the lab's private registry, whatever the machine. */
  in?: 'registry';
  env?: Record<string, string>;
  workingDir?: string;
  input?: string;
  maxBytes?: number;
}

/** Runs a command on one machine. */
export type RunCommand = (command: readonly string[], options: ProbeOptions) => Promise<RunResult>;

/** The ways in which checks look at a sandbox. Questions and answers are plain data, so they can cross threads. */
export interface Probes {
  /** The first is the default one. */
  readonly machines: readonly string[];
  engine(machine: string): EngineReader;
  run(machine: string): RunCommand;
  /** Only where the lab has a cluster. */
  readonly cluster?: KubernetesReader;
}
