import { z } from 'zod';
import { CLUSTERS, MOST_NODES } from './clusters.ts';
import { FEATURE_NAMES } from './features.ts';
import type { Lab } from './lab.ts';

const someFunction = z.custom<(...args: never[]) => unknown>(
  (value) => typeof value === 'function',
  'must be a function',
);
const words = z.string().trim().min(1);

const nearMissShape = z.strictObject({
  run: words.optional(),
  answer: z.union([z.string(), someFunction]).optional(),
  says: z.union([words, z.instanceof(RegExp)], 'must be the words that the learner is told, or a /pattern/'),
});
const nearMiss = nearMissShape.refine(
  (miss) => miss.run !== undefined || miss.answer !== undefined,
  'needs run, answer or both',
);

const answer = z.strictObject({ label: words, placeholder: z.string().optional(), solve: someFunction });

const task = z.strictObject({
  check: z.union([someFunction, words], 'must be a function, or a shell line'),
  answer: answer.optional(),
  holds: z.boolean().optional(),
  timeout: z.int().min(100).max(120_000).optional(),
  nearMisses: z.array(nearMiss).min(1, 'needs at least one near miss'),
});

const sandbox = z.strictObject({
  machines: z
    .array(z.string().regex(/^[a-z][a-z0-9-]{0,30}$/, 'a machine name is lower-case letters, digits and -'))
    .min(1)
    .optional(),
  images: z.array(words).optional(),
  files: z.union([words, z.array(words)]).optional(),
  setup: z.array(words).optional(),
  privateRegistry: z.boolean().optional(),
  cluster: z.enum(CLUSTERS).optional(),
  nodes: z.int().min(1).max(MOST_NODES).optional(),
  needs: z.array(z.enum(FEATURE_NAMES)).optional(),
});

/** What `defineLab` takes, for lab files that no compiler has seen. */
export const labSchema: z.ZodType<unknown> = z.strictObject({
  sandbox: sandbox
    .refine(({ machines, privateRegistry }) => privateRegistry !== true || machines?.includes('registry') !== true, {
      path: ['machines'],
      message: 'beside a private registry, no machine can be called registry',
    })
    .refine(({ cluster, nodes }) => nodes === undefined || cluster === 'dedicated', {
      path: ['nodes'],
      message: "only a cluster of its own has nodes to choose: cluster: 'dedicated'",
    }),
  tasks: z.record(z.string().regex(/^[a-z0-9][a-z0-9-]{0,60}$/, 'a task id is lower-case letters, digits and -'), task),
});

/** A file whose default export has not the shape of a lab. */
export class NotALab extends Error {
  override readonly name = 'NotALab';
  readonly issues: readonly z.core.$ZodIssue[];

  constructor(issues: readonly z.core.$ZodIssue[]) {
    const faults = issues.map((issue) => `${issue.path.join('.') || 'the default export'}: ${issue.message}`);
    super(`This is not a lab: ${faults.join('; ')}`);
    this.issues = issues;
  }
}

/** Throws NotALab. */
export function parseLab(value: unknown): Lab {
  const result = labSchema.safeParse(value);
  if (!result.success) throw new NotALab(result.error.issues);
  return value as Lab;
}

export function isLab(value: unknown): value is Lab {
  return labSchema.safeParse(value).success;
}

/** Names of the options at a place in a lab: `['tasks', 'build', 'answer']`. */
export function labFields(path: readonly string[]): string[] {
  if (path.length === 0) return ['sandbox', 'tasks'];
  if (path[0] === 'sandbox') return Object.keys(sandbox.shape);
  if (path.length === 2) return Object.keys(task.shape);
  return Object.keys(path[2] === 'answer' ? answer.shape : nearMissShape.shape);
}
