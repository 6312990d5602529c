/** Where things are inside a machine's containers. The images are built to match (images/engine, images/shell). */
export const PATHS = {
  home: '/home/learner',
  /** The inner engine's data root: a volume, so that overlay2 works. */
  engineData: '/home/learner/.local/share/docker',
  /** Shared by engine and shell: the socket that the learner's `docker` uses. */
  sharedRun: '/run/drydock',
  learnerSocket: '/run/drydock/docker.sock',
  /** In the engine's container only: the socket that checks use. */
  controlSocket: '/var/lib/drydock/docker.sock',
  /** In the private registry's container: the learner's password, and the same for curl (drydock-registry). */
  registryPassword: '/srv/private/password',
  registryLogin: '/srv/private/curl.conf',
  /** In the shell's container: sockets of the PTY holders. */
  terminals: '/tmp/.drydock-terminals',
} as const;

/** The learner inside a machine; the images create it. */
export const LEARNER = { name: 'learner', uid: 1000, gid: 1000 } as const;
