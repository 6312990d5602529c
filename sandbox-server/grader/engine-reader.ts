import type { z } from 'zod';

export interface EngineRequest {
  signal: AbortSignal;
  query?: Record<string, string>;
  method?: 'GET' | 'POST';
  body?: unknown;
}

/** Asks a Docker Engine. */
export interface EngineReader {
  /** The whole answer, bounded. Rejects with EngineError when the engine answers with one. */
  bytes(path: string, options: EngineRequest): Promise<Buffer>;
}

/** The engine's answer was an error. */
export class EngineError extends Error {
  override readonly name = 'EngineError';
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** JSON of a known shape. */
export async function readJson<T>(
  engine: EngineReader,
  path: string,
  schema: z.ZodType<T>,
  options: EngineRequest,
): Promise<T> {
  const text = (await engine.bytes(path, options)).toString('utf8');
  return schema.parse(text === '' ? undefined : JSON.parse(text));
}
