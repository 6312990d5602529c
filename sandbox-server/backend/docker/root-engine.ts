import { PATHS } from '../paths.ts';

/**
 * Starts the Docker Engine of a machine as root of its container, in the image that has the rootless one. The same steps as
 * images/engine's drydock-engine, which makes a user namespace first; its sockets belong to the learner's group.
 */
export function rootEngineCommand(uid: number): string[] {
  return ['/bin/sh', '-c', START, 'drydock-root-engine', String(uid)];
}

const START = `set -eu
rm -rf "$XDG_RUNTIME_DIR"/* ${PATHS.learnerSocket} ${PATHS.controlSocket}
until [ -e ${PATHS.identity}/ready ]; do sleep 0.02; done
# On cgroup v2 a group that passes controllers on has no processes of its own.
if [ -e /sys/fs/cgroup/cgroup.subtree_control ]; then
  mkdir -p /sys/fs/cgroup/init
  for pid in $(cat /sys/fs/cgroup/cgroup.procs); do echo "$pid" > /sys/fs/cgroup/init/cgroup.procs || true; done
  sed 's/^/+/; s/ / +/g' /sys/fs/cgroup/cgroup.controllers > /sys/fs/cgroup/cgroup.subtree_control
fi
containerd --config /etc/drydock/containerd.toml &
until [ -S "$XDG_RUNTIME_DIR/containerd/containerd.sock" ]; do sleep 0.01; done
exec dockerd --config-file /etc/drydock/daemon.json --containerd "$XDG_RUNTIME_DIR/containerd/containerd.sock" \
  --data-root ${PATHS.engineData} --exec-root "$XDG_RUNTIME_DIR/docker" --pidfile "$XDG_RUNTIME_DIR/docker.pid" \
  --group "$1" --host unix://${PATHS.learnerSocket} --host unix://${PATHS.controlSocket}
`;
