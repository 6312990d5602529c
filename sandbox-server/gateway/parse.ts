import { z } from 'zod';
import { DrydockError } from '../errors.ts';

/** The body as the schema says, or `bad-request` with what is wrong with it. */
export function parseBody<T>(schema: z.ZodType<T>, body: unknown): T {
  const result = schema.safeParse(body);
  if (result.success) return result.data;
  throw new DrydockError('bad-request', {
    detail: `The request’s body is not right: ${z.prettifyError(result.error).replaceAll('\n', ' ')}.`,
  });
}

/** Ids of ours are short; anything longer is not one. */
export const idSchema = z.string().min(1).max(200);
