import { z } from 'zod';
import type { RunResult } from '../../backend/exec-to-end.ts';

/** What the server and the thread in which a lab's checks run say to each other. */
export type ToWorker =
  | { type: 'run'; run: number; task: string; machines: readonly string[]; namespace?: string; answer?: string }
  | { type: 'abort'; run: number }
  | { type: 'answer'; run: number; question: number; answer: Answer }
  /** Says `pong` as soon as it gives way. */
  | { type: 'ping' };

export type Answer =
  | { kind: 'bytes'; bytes: Uint8Array }
  | { kind: 'result'; result: RunResult }
  | { kind: 'engineError'; status: number; message: string }
  | { kind: 'kubernetesError'; status: number; message: string }
  | { kind: 'error'; message: string };

const words = z.string().exactOptional();
const view = z.object({ message: z.string(), expected: words, observed: words, subject: words });

const engineQuestion = z.object({
  kind: z.literal('engine'),
  machine: z.string(),
  path: z.string(),
  query: z.record(z.string(), z.string()).exactOptional(),
  method: z.enum(['GET', 'POST']).exactOptional(),
  body: z.unknown(),
});

const kubernetesQuestion = z.object({
  kind: z.literal('kubernetes'),
  path: z.string(),
  query: z.record(z.string(), z.string()).exactOptional(),
  method: z.enum(['GET', 'POST']).exactOptional(),
  body: z.unknown(),
});

const commandQuestion = z.object({
  kind: z.literal('command'),
  machine: z.string(),
  command: z.array(z.string()),
  in: z.literal('registry').exactOptional(),
  env: z.record(z.string(), z.string()).exactOptional(),
  workingDir: words,
  input: words,
  maxBytes: z.number().exactOptional(),
});

const question = z.discriminatedUnion('kind', [engineQuestion, kubernetesQuestion, commandQuestion]);
export type Question = z.infer<typeof question>;

/** Parsed, as the code of labs runs on the other side. */
export const fromWorker = z.discriminatedUnion('type', [
  z.object({ type: z.literal('pong') }),
  z.object({ type: z.literal('ask'), run: z.number(), question: z.number(), ask: question }),
  z.object({ type: z.literal('pass'), run: z.number() }),
  z.object({ type: z.literal('notYet'), run: z.number(), view, missing: z.boolean().exactOptional() }),
  z.object({ type: z.literal('broken'), run: z.number(), message: z.string(), stack: z.string() }),
]);
export type FromWorker = z.infer<typeof fromWorker>;

/** What a thread is started with. */
export interface WorkerStart {
  labModule: string;
  /** One number: the run whose code was entered last. Readable while that code does not give way. */
  entered: Int32Array;
}
