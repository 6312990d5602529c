/** What the engine's API means by the status of an error: https://docs.docker.com/reference/api/engine/ */
const statusOf = (error: unknown) => (error as { statusCode?: number } | undefined)?.statusCode;

export const isNotFound = (error: unknown) => statusOf(error) === 404;
export const isConflict = (error: unknown) => statusOf(error) === 409;

/** Started or stopped already, by somebody or by the engine itself: that is what was wanted. */
export function ignoreNotModified(error: unknown): void {
  if (statusOf(error) !== 304) throw error;
}

/** Removed, or being removed, by somebody else: that is what was wanted. */
export function ignoreGone(error: unknown): void {
  if (!isNotFound(error) && !isConflict(error)) throw error;
}
