/** Where things are inside a machine's containers. The images are built to match (images/engine, images/shell). */
export const PATHS = {
  home: '/home/learner',
  /** The inner engine's data root, on the home's disk. The shell has an empty folder in its place. */
  engineData: '/home/learner/.local/share/docker',
  /** Shared by engine and shell: the socket that the learner's `docker` uses. */
  sharedRun: '/run/drydock',
  learnerSocket: '/run/drydock/docker.sock',
  /** Who the machine's user is; written when a container has started. */
  identity: '/run/identity',
  /** In the engine's container only: what its engine keeps while it runs. */
  engineRun: '/run/learner',
  /** In the engine's container only: the folder of the socket that checks use. */
  control: '/var/lib/drydock',
  controlSocket: '/var/lib/drydock/docker.sock',
  /** In the private registry's container: the learner's password, and the same for curl (drydock-registry). */
  registryPassword: '/srv/private/password',
  registryLogin: '/srv/private/curl.conf',
  /** On machines of labs with a cluster. */
  kubeconfig: '/home/learner/.kube/config',
  /** In the shell's container: sockets of the PTY holders. */
  terminals: '/tmp/.drydock-terminals',
} as const;

/** The learner's name on every machine; the user id is the sandbox's own. */
export const LEARNER = 'learner';
