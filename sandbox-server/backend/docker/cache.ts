import type Docker from 'dockerode';
import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { pack } from 'tar-stream';
import { ignoreGone, ignoreNotModified, isConflict, isNotFound } from '../../container-engine/statuses.ts';
import { WITHOUT_IPV6 } from './bridge-options.ts';
import { labelsFor } from './labels.ts';
import { cacheName, egressName } from './names.ts';

/** Where the package cache gets what it lacks; addresses as this machine itself uses them, without a slash at the end. */
export interface Upstreams {
  debian: string;
  debianSecurity: string;
  npm: string;
  /** A registry with Docker Hub's images, to hand on what the labs' images lack. Default none. */
  hub?: string;
  /** Authorities that this machine trusts, as PEM. Default Debian's. */
  certificates?: string;
}

/** Shared by all servers on an engine, kept when they end: what it holds was paid for on the room's line. */
export const CACHE_VOLUME = 'drydock-packages';

const MEMORY_BYTES = 512 * 1024 ** 2;
const PIDS = 128;
/** What it was made from; another one needs another container. */
const CONFIGURATION = 'drydock.configuration';

/**
 * The one container with a way out: an egress network of its own, on which nobody else is. Sandboxes reach it only through
 * the mirror, which has no way out. It is on no network of a sandbox, so the names that it asks for are the real ones.
 */
export class PackageCache {
  readonly #docker: Docker;
  readonly #owner: string;
  readonly #image: string;
  readonly #upstreams: Upstreams;
  readonly #volume: string;

  constructor(options: { docker: Docker; owner: string; image: string; upstreams: Upstreams; volume?: string }) {
    this.#docker = options.docker;
    this.#owner = options.owner;
    this.#image = options.image;
    this.#upstreams = options.upstreams;
    this.#volume = options.volume ?? CACHE_VOLUME;
  }

  /** Makes sure that it runs and is called `cache` on the network that the mirror starts from. */
  async start(link: string): Promise<void> {
    const name = cacheName(this.#owner);
    const configuration = createHash('sha256')
      .update(JSON.stringify([this.#upstreams, this.#volume]))
      .digest('hex');
    try {
      const info = await this.#docker.getContainer(name).inspect();
      const image = await this.#docker.getImage(this.#image).inspect();
      if (info.Image === image.Id && info.Config.Labels[CONFIGURATION] === configuration) {
        if (!info.State.Running) await this.#docker.getContainer(name).start().catch(ignoreNotModified);
        return;
      }
      await this.#docker.getContainer(name).remove({ force: true, v: true });
    } catch (error) {
      if (!isNotFound(error)) throw error;
    }
    await this.#make(name, link, configuration);
  }

  /** Its network goes with the others of the owner. */
  async remove(): Promise<void> {
    await this.#docker.getContainer(cacheName(this.#owner)).remove({ force: true, v: true }).catch(ignoreGone);
  }

  async #make(name: string, link: string, configuration: string): Promise<void> {
    const egress = egressName(this.#owner);
    await this.#docker
      .createNetwork({
        Name: egress,
        CheckDuplicate: true,
        Options: WITHOUT_IPV6,
        Labels: labelsFor(this.#owner, 'network'),
      })
      .catch((error: unknown) => {
        if (!isConflict(error)) throw error;
      });
    const { debian, debianSecurity, npm, hub, certificates } = this.#upstreams;
    const container = await this.#docker.createContainer({
      name,
      Image: this.#image,
      Entrypoint: ['drydock-cache'],
      Hostname: 'cache',
      Env: [
        `DRYDOCK_DEBIAN=${debian}`,
        `DRYDOCK_SECURITY=${debianSecurity}`,
        `DRYDOCK_NPM=${npm}`,
        `DRYDOCK_HUB=${hub ?? ''}`,
      ],
      Labels: { ...labelsFor(this.#owner, 'cache'), [CONFIGURATION]: configuration },
      HostConfig: {
        NetworkMode: egress,
        CapDrop: ['ALL'],
        SecurityOpt: ['no-new-privileges'],
        Sysctls: { 'net.ipv4.ip_forward': '0' },
        Mounts: [{ Type: 'volume', Source: this.#volume, Target: '/var/cache/drydock' }],
        Memory: MEMORY_BYTES,
        MemorySwap: MEMORY_BYTES,
        PidsLimit: PIDS,
        Init: true,
        LogConfig: { Type: 'local', Config: { 'max-size': '1m', 'max-file': '2' } },
      },
    });
    if (certificates !== undefined) await container.putArchive(pemArchive(certificates), { path: '/etc/drydock' });
    await this.#docker.getNetwork(link).connect({ Container: container.id, EndpointConfig: { Aliases: ['cache'] } });
    await container.start();
  }
}

function pemArchive(certificates: string): Readable {
  const archive = pack();
  archive.entry({ name: 'upstream.crt', mode: 0o644 }, certificates);
  archive.finalize();
  return Readable.from(archive);
}
