import { join } from 'node:path';
import Docker from 'dockerode';
import { folderPart } from '../build-context.ts';
import { buildImage } from '../build-image.ts';
import { hashPaths, shortHash } from '../content-hash.ts';
import { withLock } from '../lock.ts';
import { findRegistry, pull } from '../registry.ts';
import type { EngineHandle, Host, Progress } from '../types.ts';
import { COREDNS, NODE_COMPONENTS } from './components.ts';
import { componentVersion, ensureGoPrograms, type GoProgramsOptions, removeGoWork } from './go-programs.ts';
import { KUBERNETES_VERSION, OFFICIAL_NODE_IMAGE } from './versions.ts';

/** A name beside those of the sandboxes' images, which other checkouts on the engine tidy away. */
const REPOSITORY = 'drydock-kubernetes/node';
const OFFICIAL_TAG = `${REPOSITORY}:${KUBERNETES_VERSION}-official`;

export interface NodeImage {
  tag: string;
  /** `registry`: kindest/node; `built`: made here from Go modules and Debian's packages. */
  from: 'registry' | 'built';
  version: string;
  /** Of CoreDNS in it, when it is not the one that kubeadm expects. */
  coredns?: string;
  /** It brings the platform's ingress controller; kind's own image has none. */
  ingress?: boolean;
}

export interface NodeImageOptions {
  engine: EngineHandle;
  /** The checkout's `images` folder. */
  imagesDir: string;
  dataDir: string;
  host: Host;
  progress: Progress;
  /** The base that all images start from. */
  base: string;
}

/** Of this version, as the engine has it; undefined when it has none. Makes nothing. */
export async function findNodeImage(
  options: Pick<NodeImageOptions, 'engine' | 'imagesDir'>,
): Promise<NodeImage | undefined> {
  const docker = new Docker(options.engine.dockerodeOptions);
  const images = await docker.listImages({ filters: JSON.stringify({ reference: [REPOSITORY] }) });
  const tags = new Set(images.flatMap(({ RepoTags }) => RepoTags ?? []));
  if (tags.has(OFFICIAL_TAG)) return OFFICIAL;
  const built = await builtImage(options.imagesDir);
  return tags.has(built.tag) ? built : undefined;
}

/** The image that a cluster's nodes are made of: what is there, else from a registry, else built, which takes long once. */
export async function ensureNodeImage(options: NodeImageOptions): Promise<NodeImage> {
  const onWait = (pid: number) => options.progress.note(`waiting for process ${pid}, which is making the node image`);
  return withLock(join(options.dataDir, 'kubernetes.lock'), () => makeNodeImage(options), onWait);
}

const OFFICIAL: NodeImage = { tag: OFFICIAL_TAG, from: 'registry', version: KUBERNETES_VERSION };

/** What the programs of Kubernetes are built with. */
export async function goProgramsOptions(
  options: Omit<NodeImageOptions, 'base'>,
): Promise<GoProgramsOptions & { docker: Docker }> {
  const docker = new Docker(options.engine.dockerodeOptions);
  const { Arch } = await docker.version();
  return {
    docker,
    host: options.host,
    modulesDir: join(options.imagesDir, 'kubernetes', 'go'),
    cacheDir: join(options.dataDir, 'cache', 'kubernetes'),
    arch: Arch === 'amd64' ? 'x64' : Arch,
    progress: options.progress,
  };
}

async function makeNodeImage(options: NodeImageOptions): Promise<NodeImage> {
  const found = await findNodeImage(options);
  if (found !== undefined) return found;
  const go = await goProgramsOptions(options);
  const official = await pullOfficial(go.docker, options);
  if (official !== undefined) return official;
  const folders: [string, string][] = [];
  for (const component of NODE_COMPONENTS) folders.push([component.name, await ensureGoPrograms(component, go)]);
  const image = await builtImage(options.imagesDir);
  const done = options.progress.step(`image ${image.tag}`);
  await buildImage(go.docker, {
    tag: image.tag,
    context: [
      folderPart(join(options.imagesDir, 'kubernetes', 'node')),
      ...folders.map(([name, folder]) => folderPart(folder, `programs/${name}/`)),
    ],
    buildArgs: { BASE: options.base },
    labels: { 'drydock.image': 'kubernetes-node', 'drydock.kubernetes': KUBERNETES_VERSION },
  });
  done();
  await removeGoWork(go);
  return image;
}

async function pullOfficial(docker: Docker, { host, progress }: NodeImageOptions): Promise<NodeImage | undefined> {
  const registry = await findRegistry(host.env['DRYDOCK_REGISTRY']);
  if (registry === undefined) return undefined;
  const reference = registry.reference(OFFICIAL_NODE_IMAGE);
  const done = progress.step(`image ${reference}: pulling`);
  const [repo, tag] = OFFICIAL_TAG.split(':') as [string, string];
  try {
    await pull(docker, reference);
    await docker.getImage(reference).tag({ repo, tag });
  } catch (error) {
    done(`cannot be pulled, so it is built: ${error instanceof Error ? error.message : String(error)}`);
    return undefined;
  }
  done();
  return OFFICIAL;
}

/** As it would be made from this checkout. */
async function builtImage(imagesDir: string): Promise<NodeImage> {
  const content = [await hashPaths(imagesDir, ['kubernetes', 'base']), JSON.stringify(NODE_COMPONENTS)];
  return {
    tag: `${REPOSITORY}:${KUBERNETES_VERSION}-${shortHash(content)}`,
    from: 'built',
    version: KUBERNETES_VERSION,
    coredns: await componentVersion(COREDNS, join(imagesDir, 'kubernetes', 'go')),
    ingress: true,
  };
}
