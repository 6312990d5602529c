import type { Backend, SandboxRef } from '../backend/backend.ts';
import { execToEnd } from '../backend/exec-to-end.ts';

const LOOK_MS = 20_000;

/** Prints a line for each process of a machine's engine and its containers, and one for each port that the given ones listen on. */
const LOOK = `for folder in /proc/[0-9]*; do
  parent=$(sed -n 's/^PPid:[[:space:]]*//p' "$folder/status" 2>/dev/null) || continue
  printf 'process %s %s %s\\n' "\${folder#/proc/}" "$parent" "$(tr '\\000\\n' '  ' < "$folder/cmdline" 2>/dev/null)"
done
for pid in "$@"; do
  cat "/proc/$pid/net/tcp" "/proc/$pid/net/tcp6" 2>/dev/null | awk -v pid="$pid" '$4 == "0A" { print "listens", pid, $2 }'
done
true`;

/** Docker's name server listens in each container, on another port each time: 127.0.0.11, as the kernel writes it. */
const NAME_SERVER = /^0B00007F:/;

/**
 * What the containers with these first processes do, by process id: the command lines in them, and where they listen. The same text for two:
 * they have come as far. Numbers in command lines, such as a client's port, do not count.
 */
export async function processesOf(
  pids: readonly number[],
  where: { backend: Backend; sandbox: SandboxRef; machine: string; signal: AbortSignal },
): Promise<ReadonlyMap<number, string>> {
  if (pids.length === 0) return new Map();
  const { backend, sandbox, machine, signal } = where;
  const command = ['/bin/sh', '-c', LOOK, 'sh', ...pids.map(String)];
  const { exitCode, stdout } = await execToEnd(backend, sandbox, machine, command, {
    in: 'engine',
    signal: AbortSignal.any([signal, AbortSignal.timeout(LOOK_MS)]),
  });
  if (exitCode !== 0) throw new Error(`the containers of ${machine} could not be looked at: exit code ${exitCode}`);
  return readProcesses(stdout.toString('utf8'), pids);
}

/** Of what LOOK printed. */
export function readProcesses(printed: string, pids: readonly number[]): ReadonlyMap<number, string> {
  const lines = printed.split('\n');
  const processes = lines.flatMap((line) => {
    const match = /^process (\d+) (\d+) (.*)$/.exec(line);
    return match ? [{ pid: Number(match[1]), parent: Number(match[2]), args: match[3]!.trim() }] : [];
  });
  const byParent = Map.groupBy(processes, ({ parent }) => parent);
  const commands = (pid: number): string[] =>
    (byParent.get(pid) ?? []).flatMap((child) => [child.args, ...commands(child.pid)]);
  return new Map(
    pids.map((pid) => {
      const own = processes.filter((process) => process.pid === pid).map(({ args }) => args);
      const listens = lines.flatMap((line) => {
        const match = /^listens (\d+) (\S+)$/.exec(line);
        return match && Number(match[1]) === pid && !NAME_SERVER.test(match[2]!) ? [`listens on ${match[2]}`] : [];
      });
      const does = [...own, ...commands(pid)].map((args) => args.replace(/\d+/g, '#')).sort();
      return [pid, [...does, ...listens.sort()].join('\n')];
    }),
  );
}
