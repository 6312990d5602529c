import type Docker from 'dockerode';
import type { MachineLimits } from '../backend.ts';
import { PATHS } from '../paths.ts';
import { type AppArmor, appArmorOptions } from './apparmor.ts';
import { KUBECTL_FOLDER, LOGIN_FOLDER } from './kubectl-volume.ts';
import { LABEL, labelsFor } from './labels.ts';
import { namesFor } from './names.ts';
import { engineSeccomp } from './seccomp.ts';
import { rootEngineCommand } from './root-engine.ts';
import type { Tier } from './tier.ts';

/** What both containers of a machine need to know. */
export interface MachinePlan {
  owner: string;
  sandbox: string;
  machine: string;
  images: { engine: string; shell: string };
  limits: MachineLimits;
  /** The learner's user and group id. */
  uid: number;
  /** The block device of the machine's disk. Undefined where there can be none: then what it takes is counted (watch-disks.ts). */
  disk: string | undefined;
  mirrorIp: string;
  extraLabels: Record<string, string>;
  tier: Tier;
  /** The volume with the kubectl of its cluster, where it has one. */
  kubectl?: string | undefined;
  apparmor: AppArmor;
}

/** Names that `docker pull` looks up for Docker Hub; all of them lead to the course mirror. */
const HUB_NAMES = ['registry', 'docker.io', 'index.docker.io', 'registry-1.docker.io', 'auth.docker.io'];

/** Bounds what a sandbox can make the host keep as logs. `local` needs two files or no compression. */
const LOGS = { Type: 'local', Config: { 'max-size': '1m', 'max-file': '2' } };

/** The shell needs little: the learner's own programs. The engine's container runs everything they start. */
const SHELL_MEMORY_BYTES = 512 * 1024 ** 2;
const SHELL_PIDS = 256;
/** A session has at most so many connections to one service at a time: 8,192. */
const LOCAL_PORTS = '32768 40959';
/** On a host without idle processors a key that somebody types comes before what anybody builds. */
const SHELL_CPU_SHARES = 1024;
const ENGINE_CPU_SHARES = 128;
/** These count as memory of their container. */
const SHELL_TMP_BYTES = 256 * 1024 ** 2;
const SHELL_VAR_TMP_BYTES = 16 * 1024 ** 2;
const ENGINE_TMP_BYTES = 64 * 1024 ** 2;
const ENGINE_RUN_BYTES = 64 * 1024 ** 2;
const SOCKETS_BYTES = 1024 ** 2;
/** Four small files of root's. */
const IDENTITY_TMPFS = 'size=64k,mode=0755';
const ROOT_TMPFS = 'size=16m,mode=0755';
/** Within the hard limit of every host that was seen; raising it would need CAP_SYS_RESOURCE, which not every host grants. */
const OPEN_FILES = { Name: 'nofile', Soft: 16_384, Hard: 16_384 };

const KUBECTL_ENVIRONMENT = [
  `PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:${KUBECTL_FOLDER}/bin`,
  `KUBECONFIG=${PATHS.kubeconfig}`,
];

/**
 * The container with the rootless daemon. Unprivileged outside, root inside its own user namespace only.
 *
 * Docker’s default seccomp profile and masked paths would keep a daemon in a user namespace from mounting, unsharing and
 * pivoting; the learner has no shell here. Never `no-new-privileges`: newuidmap's file capabilities would be void.
 */
export function engineContainer(plan: MachinePlan): Docker.ContainerCreateOptions {
  const names = namesFor(plan.owner, plan.sandbox);
  return {
    name: names.container(plan.machine, 'engine'),
    Image: plan.images.engine,
    Hostname: plan.machine,
    ...engineUser(plan),
    ...engineArguments(plan),
    Labels: labels(plan, 'engine'),
    HostConfig: {
      NetworkMode: names.network,
      Init: true,
      ...confinement(plan),
      MaskedPaths: [],
      ReadonlyPaths: [],
      Devices: [{ PathOnHost: '/dev/net/tun', PathInContainer: '/dev/net/tun', CgroupPermissions: 'rwm' }],
      ExtraHosts: HUB_NAMES.map((name) => `${name}:${plan.mirrorIp}`),
      Dns: [plan.mirrorIp],
      DnsOptions: ['timeout:1', 'attempts:1'],
      Mounts: [home(plan), sharedRun(plan)],
      ReadonlyRootfs: true,
      Tmpfs: {
        [PATHS.identity]: IDENTITY_TMPFS,
        [PATHS.engineRun]: learnersTmpfs(plan, ENGINE_RUN_BYTES),
        [PATHS.control]: learnersTmpfs(plan, SOCKETS_BYTES),
        // dockerd links Swarm's networks here, wherever its data root is.
        '/var/lib/docker': learnersTmpfs(plan, ENGINE_RUN_BYTES),
        '/tmp': sharedTmpfs(ENGINE_TMP_BYTES),
        // A rootless engine has copies of its own of these folders.
        ...(plan.tier.engine === 'root' ? { '/run': ROOT_TMPFS, '/etc/docker': ROOT_TMPFS } : {}),
      },
      Memory: plan.limits.memoryBytes,
      MemorySwap: plan.limits.memoryBytes,
      NanoCpus: plan.limits.cpus * 1e9,
      CpuShares: ENGINE_CPU_SHARES,
      PidsLimit: plan.limits.pids,
      Ulimits: [OPEN_FILES],
      Sysctls: { 'net.ipv4.ip_local_port_range': LOCAL_PORTS },
      LogConfig: LOGS,
    },
    NetworkingConfig: { EndpointsConfig: { [names.network]: { Aliases: [plan.machine] } } },
  };
}

function engineUser({ tier, uid }: MachinePlan): Pick<Docker.ContainerCreateOptions, 'User' | 'Entrypoint'> {
  if (tier.engine === 'rootless') return { User: `${uid}:${uid}` };
  return { User: '0:0', Entrypoint: rootEngineCommand(uid) };
}

/** Without a disk the data's folder is the image's, which is root's: a rootless engine needs one of its own to change its mode. */
function engineArguments({ tier, disk }: MachinePlan): Pick<Docker.ContainerCreateOptions, 'Cmd'> {
  if (disk !== undefined || tier.engine === 'root') return {};
  return { Cmd: ['--data-root', `${PATHS.engineData}/engine`] };
}

/** What keeps the engine's container from the host. */
function confinement({ tier, apparmor }: MachinePlan): Docker.HostConfig {
  const runtime = tier.runtime === undefined ? {} : { Runtime: tier.runtime };
  if (tier.privileged) return { ...runtime, Privileged: true };
  // A runtime that makes a system container of it gives its root what root may do there.
  if (tier.engine === 'root') return { ...runtime, Privileged: false };
  return {
    ...runtime,
    Privileged: false,
    CapDrop: ['ALL'],
    CapAdd: ['SETUID', 'SETGID'],
    SecurityOpt: [engineSeccomp(), ...appArmorOptions(apparmor)],
  };
}

/** The learner's terminal: Docker's default hardening and less, in the network namespace of the engine's container. */
export function shellContainer(plan: MachinePlan): Docker.ContainerCreateOptions {
  const names = namesFor(plan.owner, plan.sandbox);
  return {
    name: names.container(plan.machine, 'shell'),
    Image: plan.images.shell,
    User: `${plan.uid}:${plan.uid}`,
    WorkingDir: PATHS.home,
    Labels: labels(plan, 'shell'),
    ...(plan.kubectl === undefined ? {} : { Env: KUBECTL_ENVIRONMENT }),
    HostConfig: {
      NetworkMode: `container:${names.container(plan.machine, 'engine')}`,
      Init: true,
      CapDrop: ['ALL'],
      SecurityOpt: ['no-new-privileges'],
      Mounts: [home(plan), sharedRun(plan), ...kubectl(plan)],
      ReadonlyRootfs: true,
      Tmpfs: {
        [PATHS.identity]: IDENTITY_TMPFS,
        // Nobody wants the engine's files in `du ~` or in what `docker build ~` sends.
        [PATHS.engineData]: 'size=4k,mode=0555',
        '/tmp': sharedTmpfs(SHELL_TMP_BYTES),
        '/var/tmp': sharedTmpfs(SHELL_VAR_TMP_BYTES),
      },
      Memory: SHELL_MEMORY_BYTES,
      MemorySwap: SHELL_MEMORY_BYTES,
      NanoCpus: plan.limits.cpus * 1e9,
      CpuShares: SHELL_CPU_SHARES,
      PidsLimit: SHELL_PIDS,
      Ulimits: [OPEN_FILES],
      LogConfig: LOGS,
    },
  };
}

function labels(plan: MachinePlan, role: 'engine' | 'shell') {
  return labelsFor(plan.owner, role, { sandbox: plan.sandbox, machine: plan.machine, extra: plan.extraLabels });
}

/** Everything that a machine keeps. Without a disk of its own it is a folder that the image opens to everybody. */
function home(plan: MachinePlan): Docker.MountSettings {
  const options: Record<string, string> =
    plan.disk === undefined ? {} : { type: 'ext4', device: plan.disk, o: 'nodev,noatime' };
  return volume(plan, 'home', PATHS.home, options);
}

/** Filled beforehand, and the same for all sandboxes. */
function kubectl({ kubectl: volumeName }: MachinePlan): Docker.MountSettings[] {
  if (volumeName === undefined) return [];
  return [KUBECTL_FOLDER, LOGIN_FOLDER].map(
    (folder) =>
      ({
        ...{ Type: 'volume', Source: volumeName, Target: folder, ReadOnly: true },
        VolumeOptions: { NoCopy: true },
      }) as Docker.MountSettings,
  );
}

function sharedRun(plan: MachinePlan): Docker.MountSettings {
  return volume(plan, 'run', PATHS.sharedRun, {
    type: 'tmpfs',
    device: 'tmpfs',
    o: learnersTmpfs(plan, SOCKETS_BYTES),
  });
}

function volume(
  plan: MachinePlan,
  use: 'home' | 'run',
  target: string,
  options: Record<string, string>,
): Docker.MountSettings {
  return {
    Type: 'volume',
    Source: namesFor(plan.owner, plan.sandbox).volume(plan.machine, use),
    Target: target,
    VolumeOptions: {
      // What is in the image's folder is for a volume without a file system of its own.
      NoCopy: options['type'] !== undefined,
      Labels: {
        ...labelsFor(plan.owner, 'volume', { sandbox: plan.sandbox, machine: plan.machine }),
        ...(options['type'] === undefined ? { [LABEL.diskBytes]: String(plan.limits.diskBytes) } : {}),
      },
      DriverConfig: { Name: 'local', Options: options },
    },
  };
}

const learnersTmpfs = ({ uid }: MachinePlan, bytes: number) => `size=${bytes},mode=0755,uid=${uid},gid=${uid}`;
const sharedTmpfs = (bytes: number) => `size=${bytes},mode=1777,exec`;
