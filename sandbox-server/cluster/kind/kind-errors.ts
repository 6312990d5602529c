import { DrydockError } from '../../errors.ts';

/** Of a cluster of this name there are nodes, which were not there a moment ago; of an error of `toClusterError`. */
export function isInTheWay(error: unknown): boolean {
  const cause = (error as { cause?: unknown } | undefined)?.cause;
  return cause instanceof Error && /node\(s\) already exist|already in use by container/.test(cause.message);
}

/** Why kind failed, by what it and the engine said; their words go to the log as the cause. */
export function toClusterError(error: unknown): unknown {
  if (error instanceof DrydockError) return error;
  if (error instanceof Error && error.name === 'AbortError') return error;
  const said = error instanceof Error ? error.message : String(error);
  if (
    /unable to apply caps|operation not permitted|privileged (mode )?is incompatible|privileged.*not (allowed|permitted)/i.test(
      said,
    )
  )
    return new DrydockError('cluster-refused', { cause: error });
  if (/no such image|unable to find image|failed to pull image|pull access denied/i.test(said))
    return new DrydockError('cluster-image-missing', { cause: error });
  if (/too many open files/i.test(said)) {
    return new DrydockError('cluster-failed', {
      detail: 'The server’s host has no inotify instances left for the nodes of another cluster.',
      fix: 'The organiser can raise `fs.inotify.max_user_instances` to 8192. The other lessons work.',
      cause: error,
    });
  }
  if (/no space left on device/i.test(said)) {
    return new DrydockError('cluster-failed', {
      detail: 'The server’s disk is full, so the cluster could not be made.',
      fix: 'The organiser has to free space. The other lessons work.',
      cause: error,
    });
  }
  if (
    /cannot connect to the docker daemon|failed to connect to the docker API|ECONNREFUSED|ECONNRESET|socket hang up|ENOENT.*docker\.sock/i.test(
      said,
    )
  )
    return new DrydockError('engine-gone', { cause: error });
  return new DrydockError('cluster-failed', { cause: error });
}
