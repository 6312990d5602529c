// Proves that a class runs from a bundle with no connection leaving the machine: all of it, the container engine too, runs
// in a network namespace in which there is nothing but itself.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The engine's folder and any other engine's socket are hidden, so that only an engine within can answer. */
const WITHIN = `
set -eu
ip link set lo up
mkdir -p /run/drydock && mount -t tmpfs tmpfs /run/drydock
for socket in /var/run/docker.sock /run/docker.sock /run/podman/podman.sock; do [ ! -e "$socket" ] || mount --bind /dev/null "$socket"; done
[ -z "$(ip route show)" ] || { echo 'this namespace has a route' >&2; exit 1; }
"$NODE" "$MAIN" --load "$FILE" --into "$ROOM/drydock" --data "$ROOM/data"
cd "$ROOM/drydock"
"$NODE" scripts/run.mjs verify "$LESSON" --data "$ROOM/data"
echo
echo '  Interfaces that led out of it:'
ip -o link show | awk -F': ' '{ sub(/@.*/, "", $2); print $2 }' | grep -vE '^(lo|docker0|br-[0-9a-f]+|veth.*|tunl0|sit0|ip6tnl0|gre0|gretap0|erspan0|ip_vti0|ip6_vti0|ip6gre0)$' || echo '    none'
`;

export function check({ file, lesson = 'images/1' }) {
  if (process.platform !== 'linux' || process.getuid() !== 0) {
    console.error('The check makes a network namespace: run it as root on Linux.');
    return 1;
  }
  const room = mkdtempSync(join(tmpdir(), 'drydock-room-'));
  const main = join(dirname(fileURLToPath(import.meta.url)), 'main.mjs');
  const { DOCKER_HOST: _elsewhere, ...env } = process.env;
  try {
    const { status } = spawnSync('unshare', ['--net', '--mount', 'sh', '-c', WITHIN], {
      stdio: 'inherit',
      env: { ...env, NODE: process.execPath, MAIN: main, FILE: resolve(file), ROOM: room, LESSON: lesson },
    });
    if (status === 0) console.error('\n  ✓ A class runs from this bundle with no connection leaving the machine.\n');
    else console.error('\n  ✗ It did not run: see above.\n');
    return status ?? 1;
  } finally {
    rmSync(room, { recursive: true, force: true });
  }
}
