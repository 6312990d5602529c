import { onNode } from './node-command.ts';
import type { KindProgram } from './run-kind.ts';

/**
 * A node takes about 14 inotify instances, and all nodes of a host share what one user may have: 128 unless it was raised, which is
 * nine nodes. https://kind.sigs.k8s.io/docs/user/known-issues/#pod-errors-due-to-too-many-open-files
 */
const INSTANCES = '8192';
const FILE = '/proc/sys/fs/inotify/max_user_instances';

/** Raises the host's limit through a node, as the kubelet raises others; it is never lowered. */
export async function makeRoomForNodes(
  program: KindProgram,
  node: string,
  signal: AbortSignal | undefined,
): Promise<void> {
  const raise = '[ "$(cat "$1")" -ge "$2" ] || echo "$2" > "$1"';
  await onNode(program, node, ['sh', '-c', raise, 'sh', FILE, INSTANCES], { signal });
}
