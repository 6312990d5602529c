import type Docker from 'dockerode';
import { ignoreNotModified } from '../../container-engine/statuses.ts';
import { DrydockError } from '../../errors.ts';
import { execInContainer } from './exec.ts';
import { labelsFor } from './labels.ts';
import { namesFor } from './names.ts';

/** What the certificate of images/ca says. */
const HOST_NAME = 'registry.shop.test';
/** Where it stands among the machines of a sandbox: what is told when it dies. */
export const REGISTRY_MACHINE = 'registry';

/** A Node image and a few versions of an application on it, compressed, several times over. */
const STORAGE_BYTES = 512 * 1024 ** 2;
const STORAGE_FILES = 16_384;
/** For the program itself. What lies in the storage counts as memory too. */
const PROGRAM_BYTES = 192 * 1024 ** 2;
const PIDS = 64;
const START_MS = 30_000;

/** 401 to nobody in particular is an answer. */
const WAIT = 'until curl -q -s -k -o /dev/null https://localhost/v2/; do sleep 0.05; done';

interface RegistryPlan {
  owner: string;
  sandbox: string;
  /** The course mirror's image: it has the same program. */
  image: string;
  extraLabels: Record<string, string>;
}

/**
 * A registry that belongs to one sandbox. The network's own name service knows it, so it may start beside the machines.
 * It keeps everything in memory: bounded, fast, and gone with the container.
 */
function registryContainer(plan: RegistryPlan): Docker.ContainerCreateOptions {
  const names = namesFor(plan.owner, plan.sandbox);
  return {
    name: names.registry,
    Image: plan.image,
    Entrypoint: ['drydock-registry'],
    Hostname: HOST_NAME,
    Labels: labelsFor(plan.owner, 'registry', {
      sandbox: plan.sandbox,
      machine: REGISTRY_MACHINE,
      extra: plan.extraLabels,
    }),
    HostConfig: {
      NetworkMode: names.network,
      Init: true,
      CapDrop: ['ALL'],
      SecurityOpt: ['no-new-privileges'],
      ReadonlyRootfs: true,
      Tmpfs: {
        '/srv/private': `size=${STORAGE_BYTES},nr_inodes=${STORAGE_FILES},mode=0700,uid=1000,gid=1000,noexec,nosuid,nodev`,
      },
      Sysctls: { 'net.ipv4.ip_unprivileged_port_start': '0', 'net.ipv4.ip_forward': '0' },
      Memory: STORAGE_BYTES + PROGRAM_BYTES,
      MemorySwap: STORAGE_BYTES + PROGRAM_BYTES,
      NanoCpus: 1e9,
      PidsLimit: PIDS,
      LogConfig: { Type: 'local', Config: { 'max-size': '1m', 'max-file': '2' } },
    },
    NetworkingConfig: { EndpointsConfig: { [names.network]: { Aliases: [HOST_NAME] } } },
  };
}

/** Resolves when it answers. */
export async function startRegistry(
  docker: Docker,
  plan: RegistryPlan,
  signal: AbortSignal | undefined,
): Promise<Docker.Container> {
  const container = await docker.createContainer(registryContainer(plan));
  await restartRegistry(container, signal);
  return container;
}

/** One that is stopped; what was in it is gone. Resolves when it answers. */
export async function restartRegistry(container: Docker.Container, signal: AbortSignal | undefined): Promise<void> {
  await container.start().catch(ignoreNotModified);
  const timeout = AbortSignal.timeout(START_MS);
  const run = await execInContainer(container, ['/bin/sh', '-c', WAIT], {
    signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
  });
  run.stream.resume();
  run.stderr.resume();
  const code = await run.exit;
  signal?.throwIfAborted();
  if (code === 0) return;
  const logs = (await container.logs({ stdout: true, stderr: true, tail: 20 })).toString('utf8');
  throw new DrydockError('start-failed', {
    detail: 'The lab’s private registry did not start.',
    cause: new Error(`exit ${String(code)}; it printed:\n${logs}`),
  });
}
