import type { RawData } from 'ws';
import type { z } from 'zod';

/** A text frame as the schema says; undefined for anything else. */
export function parseMessage<T>(schema: z.ZodType<T>, data: RawData, isBinary: boolean): T | undefined {
  if (isBinary) return undefined;
  let json: unknown;
  try {
    json = JSON.parse(toBuffer(data).toString('utf8'));
  } catch {
    return undefined;
  }
  const result = schema.safeParse(json);
  return result.success ? result.data : undefined;
}

export function toBuffer(data: RawData): Buffer {
  if (Array.isArray(data)) return Buffer.concat(data);
  return data instanceof ArrayBuffer ? Buffer.from(data) : data;
}
