import type Docker from 'dockerode';
import { ignoreGone, ignoreNotModified, isNotFound } from '../../container-engine/statuses.ts';
import { WITHOUT_HOST } from './bridge-options.ts';
import type { PackageCache } from './cache.ts';
import { KeptContainer } from './kept-container.ts';
import { labelsFor } from './labels.ts';
import { mirrorName } from './names.ts';
import { joinNetwork, leaveNetwork } from './network-visit.ts';

/** The course mirror serves few large files: this is plenty, and bounds what a flood of requests can take. */
const MEMORY_BYTES = 256 * 1024 ** 2;
const PIDS = 128;

/** What a sandbox's own name service answers with the mirror's address, for whatever runs in the sandbox. */
const NAMES = ['registry', 'deb.debian.org', 'security.debian.org', 'registry.npmjs.org'];

/** The one registry (and resolver) of this server, reachable from every sandbox's network, from nowhere else. */
export class Mirror {
  readonly #docker: Docker;
  readonly #owner: string;
  readonly #image: string;
  readonly #cache: PackageCache | undefined;
  readonly #kept = new KeptContainer(() => this.#ensure());

  constructor(docker: Docker, owner: string, image: string, cache?: PackageCache) {
    this.#docker = docker;
    this.#owner = owner;
    this.#image = image;
    this.#cache = cache;
  }

  /** Joins a network, unless it is on it, and returns the mirror's address there. Starts the mirror when it isn't running. */
  async join(network: Docker.Network): Promise<string> {
    const container = await this.container();
    await joinNetwork(network, container.id, NAMES);
    const info = (await network.inspect()) as { Containers: Record<string, { IPv4Address: string }> };
    const address = info.Containers[container.id]?.IPv4Address.split('/')[0];
    if (address === undefined || address === '')
      throw new Error('the course mirror got no address on the sandbox’s network');
    return address;
  }

  async leave(network: Docker.Network): Promise<void> {
    await leaveNetwork(network, mirrorName(this.#owner));
  }

  /** Makes sure that it runs, so that the first sandbox doesn't wait for it. */
  async start(): Promise<void> {
    await this.container();
  }

  async remove(): Promise<void> {
    this.#kept.forget();
    await this.#cache?.remove();
    const name = mirrorName(this.#owner);
    await this.#docker.getContainer(name).remove({ force: true, v: true }).catch(ignoreGone);
    await this.#docker.getNetwork(name).remove().catch(ignoreGone);
  }

  /** A container needs one network to start with; on this one there is nobody else but the package cache. */
  async #ownNetwork(): Promise<string> {
    const name = mirrorName(this.#owner);
    const exists = await this.#docker
      .getNetwork(name)
      .inspect()
      .then(
        () => true,
        (error: unknown) => {
          if (isNotFound(error)) return false;
          throw error;
        },
      );
    if (!exists) {
      await this.#docker.createNetwork({
        Name: name,
        Internal: true,
        CheckDuplicate: true,
        Options: WITHOUT_HOST,
        Labels: labelsFor(this.#owner, 'network'),
      });
    }
    return name;
  }

  /** Its container, which runs. */
  container(): Promise<Docker.Container> {
    return this.#kept.running();
  }

  async #ensure(): Promise<Docker.Container> {
    const network = await this.#ownNetwork();
    const [container] = await Promise.all([this.#ensureMirror(network), this.#cache?.start(network)]);
    return container;
  }

  async #ensureMirror(network: string): Promise<Docker.Container> {
    const name = mirrorName(this.#owner);
    const existing = this.#docker.getContainer(name);
    let joined: Record<string, { IPAddress?: string }> = {};
    try {
      const info = await existing.inspect();
      const image = await this.#docker.getImage(this.#image).inspect();
      if (info.Image === image.Id) {
        if (!info.State.Running) await existing.start().catch(ignoreNotModified);
        return this.#docker.getContainer(info.Id);
      }
      joined = info.NetworkSettings.Networks;
      await existing.remove({ force: true, v: true });
    } catch (error) {
      if (!isNotFound(error)) throw error;
    }
    const container = await this.#docker.createContainer({
      name,
      Image: this.#image,
      Hostname: 'registry',
      Labels: labelsFor(this.#owner, 'mirror'),
      HostConfig: {
        NetworkMode: network,
        // Its own resolver says no at once to what the engine's does not know.
        Dns: ['127.0.0.1'],
        CapDrop: ['ALL'],
        SecurityOpt: ['no-new-privileges'],
        // It stands on every sandbox's network and must not be a road between them.
        Sysctls: { 'net.ipv4.ip_unprivileged_port_start': '0', 'net.ipv4.ip_forward': '0' },
        Memory: MEMORY_BYTES,
        MemorySwap: MEMORY_BYTES,
        PidsLimit: PIDS,
        Init: true,
        LogConfig: { Type: 'local', Config: { 'max-size': '1m', 'max-file': '2' } },
      },
    });
    await container.start();
    delete joined[network];
    await this.#takeOver(container, joined);
    return container;
  }

  /** Sandboxes that run know the mirror of before by its addresses: the new one takes them. */
  async #takeOver(container: Docker.Container, joined: Record<string, { IPAddress?: string }>): Promise<void> {
    for (const [name, { IPAddress = '' }] of Object.entries(joined)) {
      const network = this.#docker.getNetwork(name);
      const join = (address: object) =>
        network.connect({ Container: container.id, EndpointConfig: { Aliases: ['registry'], ...address } });
      // Without a word about it the engine gives the lowest address that is free, which is the same one again.
      await join(IPAddress === '' ? {} : { IPAMConfig: { IPv4Address: IPAddress } })
        .catch(() => join({}))
        .catch(ignoreGone);
    }
  }
}
