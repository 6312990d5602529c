import type Docker from 'dockerode';
import type { ClusterEndpoint } from '../../cluster/cluster.ts';
import { ignoreGone, ignoreNotModified, isNotFound } from '../../container-engine/statuses.ts';
import { labelsFor } from './labels.ts';
import { gatewayName } from './names.ts';
import { joinNetwork, leaveNetwork } from './network-visit.ts';

/** What sandboxes call the API server: its certificate has the name. */
const API_SERVER_NAME = 'kubernetes';
const API_SERVER_PORT = 6443;
export const API_SERVER = `https://${API_SERVER_NAME}:${API_SERVER_PORT}`;

/** A connection is a process of 1 MiB. A session has a few: kubectl, a watch, what a learner forgot in the background. */
const MAX_CONNECTIONS = 400;
const MEMORY_BYTES = 512 * 1024 ** 2;
const SPARE_PIDS = 16;

/**
 * The way from sandboxes to the API server of the cluster, and to nothing else of it: a container on the cluster's network and on those
 * of the sandboxes, which forwards one port and routes nothing.
 */
export class ClusterGateway {
  readonly #docker: Docker;
  readonly #owner: string;
  readonly #image: string;
  readonly #sandbox: string | undefined;

  /** `sandbox`: of this one alone, and removed with it. Default of all that share a cluster. */
  constructor(docker: Docker, owner: string, image: string, sandbox?: string) {
    this.#docker = docker;
    this.#owner = owner;
    this.#image = image;
    this.#sandbox = sandbox;
  }

  /** It runs and leads to this cluster when this resolves. One that does already stays, with the networks that it is on. */
  async lead({ network, host, port }: ClusterEndpoint): Promise<void> {
    const name = this.#name;
    const [cluster, existing] = await Promise.all([
      this.#docker.getNetwork(network).inspect() as Promise<{ Id: string }>,
      this.#docker
        .getContainer(name)
        .inspect()
        .catch((error: unknown) => {
          if (isNotFound(error)) return undefined;
          throw error;
        }),
    ]);
    const on = Object.values(existing?.NetworkSettings.Networks ?? {}).map(({ NetworkID }) => NetworkID);
    if (existing !== undefined && on.includes(cluster.Id)) {
      if (!existing.State.Running) await this.#docker.getContainer(name).start().catch(ignoreNotModified);
      return;
    }
    await this.remove();
    const container = await this.#docker.createContainer({
      name,
      Image: this.#image,
      Entrypoint: [
        'socat',
        `TCP-LISTEN:${API_SERVER_PORT},fork,reuseaddr,max-children=${MAX_CONNECTIONS}`,
        `TCP:${host}:${port}`,
      ],
      Hostname: API_SERVER_NAME,
      User: '65534:65534',
      Labels: labelsFor(this.#owner, 'gateway', this.#sandbox === undefined ? {} : { sandbox: this.#sandbox }),
      HostConfig: {
        NetworkMode: network,
        CapDrop: ['ALL'],
        SecurityOpt: ['no-new-privileges'],
        ReadonlyRootfs: true,
        Sysctls: { 'net.ipv4.ip_forward': '0' },
        Memory: MEMORY_BYTES,
        MemorySwap: MEMORY_BYTES,
        PidsLimit: MAX_CONNECTIONS + SPARE_PIDS,
        Init: true,
        LogConfig: { Type: 'local', Config: { 'max-size': '1m', 'max-file': '2' } },
      },
    });
    await container.start();
  }

  async join(network: Docker.Network): Promise<void> {
    await joinNetwork(network, this.#name, [API_SERVER_NAME]);
  }

  async leave(network: Docker.Network): Promise<void> {
    await leaveNetwork(network, this.#name);
  }

  get #name(): string {
    return gatewayName(this.#owner, this.#sandbox);
  }

  async remove(): Promise<void> {
    await this.#docker.getContainer(this.#name).remove({ force: true, v: true }).catch(ignoreGone);
  }
}
