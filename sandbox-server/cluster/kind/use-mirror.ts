import { REGISTRIES } from './configuration.ts';
import { onNode } from './node-command.ts';
import type { KindProgram } from './run-kind.ts';

/**
 * Docker Hub's images come from the course mirror, which stands on the network of the nodes as `registry` and has the way to Docker Hub
 * where there is one. Its certificate is the course's own, which no node knows; nobody else can be on this network.
 */
const HOSTS = `server = "https://registry"

[host."https://registry"]
  capabilities = ["pull", "resolve"]
  skip_verify = true
`;

/** Tells these nodes where images come from; it holds from the next pull on. */
export async function useMirror(
  program: KindProgram,
  nodes: readonly string[],
  signal: AbortSignal | undefined,
): Promise<void> {
  const write = ['sh', '-c', 'mkdir -p "$1" && cat > "$1/hosts.toml"', 'sh', `${REGISTRIES}/docker.io`];
  await Promise.all(nodes.map((node) => onNode(program, node, write, { input: HOSTS, signal })));
}
