import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { POD_SUBNET, SERVICE_SUBNET } from './configuration.ts';
import { onNode } from './node-command.ts';
import type { KindProgram } from './run-kind.ts';

const FOLDER = join(import.meta.dirname, 'node');

/** Keeps the pods of these nodes from all that is not their cluster, also after the nodes were restarted. */
export async function guardNodes(
  program: KindProgram,
  nodes: readonly string[],
  signal: AbortSignal | undefined,
): Promise<void> {
  const [script, unit] = await Promise.all(
    ['drydock-guard.sh', 'drydock-guard.service'].map((name) => readFile(join(FOLDER, name), 'utf8')),
  );
  const files = [
    ['/kind/drydock-guard.env', `PODS=${POD_SUBNET}\nSERVICES=${SERVICE_SUBNET}\n`],
    ['/kind/drydock-guard.sh', script],
    ['/etc/systemd/system/drydock-guard.service', unit],
  ] as const;
  await Promise.all(
    nodes.map(async (node) => {
      for (const [path, input] of files)
        await onNode(program, node, ['sh', '-c', 'cat > "$1"', 'sh', path], { input: input ?? '', signal });
      await onNode(program, node, ['systemctl', 'enable', '--now', '--quiet', 'drydock-guard.service'], { signal });
    }),
  );
}
