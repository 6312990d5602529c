import type { z } from 'zod';

export interface KubernetesRequest {
  signal: AbortSignal;
  query?: Record<string, string>;
  /** POST only for reviews, which change nothing. */
  method?: 'GET' | 'POST';
  body?: unknown;
}

/**
 * Asks the API server of a session's cluster with the platform's own credentials: what is in the session's namespace
 * (`/api/v1/namespaces/<namespace>/…`, `/apis/<group>/<version>/namespaces/<namespace>/…`), and of what belongs to all
 * its nodes and volumes. Any other path is refused before it is sent.
 */
export interface KubernetesReader {
  /** The session's own. */
  readonly namespace: string;
  /** The whole answer, bounded. Rejects with KubernetesError when the API server answers with one. */
  bytes(path: string, options: KubernetesRequest): Promise<Buffer>;
}

/** JSON of a known shape. */
export async function readKubernetes<T>(
  reader: KubernetesReader,
  path: string,
  schema: z.ZodType<T>,
  options: KubernetesRequest,
): Promise<T> {
  return schema.parse(JSON.parse((await reader.bytes(path, options)).toString('utf8')));
}
