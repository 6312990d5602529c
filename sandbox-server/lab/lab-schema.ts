import { z } from 'zod';
import { FEATURE_NAMES } from './features.ts';
import type { Lab } from './lab.ts';

const someFunction = z.custom<(...args: never[]) => unknown>(
  (value) => typeof value === 'function',
  'must be a function',
);
const words = z.string().trim().min(1);

const nearMiss = z
  .strictObject({
    run: words.optional(),
    answer: z.union([z.string(), someFunction]).optional(),
    says: z.union([words, z.instanceof(RegExp)]),
  })
  .refine((miss) => miss.run !== undefined || miss.answer !== undefined, 'needs run, answer or both');

const task = z.strictObject({
  check: z.union([someFunction, words]),
  answer: z.strictObject({ label: words, placeholder: z.string().optional(), solve: someFunction }).optional(),
  holds: z.boolean().optional(),
  timeout: z.int().min(100).max(120_000).optional(),
  nearMisses: z.array(nearMiss).min(1, 'needs at least one near miss'),
});

/** What `defineLab` takes, for lab files that no compiler has seen. */
export const labSchema: z.ZodType<unknown> = z.strictObject({
  sandbox: z
    .strictObject({
      machines: z
        .array(z.string().regex(/^[a-z][a-z0-9-]{0,30}$/, 'a machine name is lower-case letters, digits and -'))
        .min(1)
        .optional(),
      images: z.array(words).optional(),
      files: z.union([words, z.array(words)]).optional(),
      setup: z.array(words).optional(),
      privateRegistry: z.boolean().optional(),
      needs: z.array(z.enum(FEATURE_NAMES)).optional(),
    })
    .refine(({ machines, privateRegistry }) => privateRegistry !== true || machines?.includes('registry') !== true, {
      path: ['machines'],
      message: 'beside a private registry, no machine can be called registry',
    }),
  tasks: z.record(z.string().regex(/^[a-z0-9][a-z0-9-]{0,60}$/, 'a task id is lower-case letters, digits and -'), task),
});

/** Faults of a lab's shape, in words; empty when it is one. */
export function labFaults(value: unknown): string[] {
  const result = labSchema.safeParse(value);
  if (result.success) return [];
  return result.error.issues.map((issue) => `${issue.path.join('.') || 'the default export'}: ${issue.message}`);
}

export function isLab(value: unknown): value is Lab {
  return labFaults(value).length === 0;
}
