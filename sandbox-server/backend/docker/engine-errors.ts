import { isNotFound } from '../../container-engine/statuses.ts';
import { DrydockError } from '../../errors.ts';

const UNREACHABLE = new Set([
  'ECONNREFUSED',
  'ENOENT',
  'ECONNRESET',
  'EPIPE',
  'EACCES',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENOTFOUND',
]);

/** An error of the engine as one that a client may see; its own words go to the log as the cause. */
export function toSandboxError(error: unknown): unknown {
  if (error instanceof DrydockError) return error;
  if (error instanceof Error && error.name === 'AbortError') return error;
  if (UNREACHABLE.has((error as { code?: string }).code ?? ''))
    return new DrydockError('engine-gone', { cause: error });
  const message = error instanceof Error ? error.message : String(error);
  if (isNotFound(error) && /no such image/i.test(message)) return new DrydockError('image-missing', { cause: error });
  if (/address pools? have been fully subnetted|non-overlapping IPv4 address pool/i.test(message)) {
    return new DrydockError('at-capacity', { detail: 'The engine has no network left for another lab.', cause: error });
  }
  if (/no space left on device/i.test(message)) {
    return new DrydockError('start-failed', {
      detail: 'The server’s disk is full.',
      fix: 'The organiser has to free space; what you finished is kept.',
      cause: error,
    });
  }
  return error;
}
