import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type Docker from 'dockerode';
import { makeBaseImage } from './base-image.ts';
import { filePart, folderPart, type ContextPart } from './build-context.ts';
import { buildImage } from './build-image.ts';
import { hashPaths, shortHash } from './content-hash.ts';
import { helloProgram } from './hello-program.ts';
import { imageTag } from './image-names.ts';
import type { LabImageSource } from './lab-manifest.ts';
import { makeMirrorImage } from './mirror-image.ts';
import { fetchNpmPackage, npmPackagePart } from './npm-package.ts';
import type { Privilege } from './privilege.ts';
import { findRegistry, pull, type Registry } from './registry.ts';
import { settleAll, Slots } from './slots.ts';
import type { Host, LabImage, Progress } from './types.ts';

/** Builds wait for the network and for dpkg in turns, so a few at once pay even on two cores. */
const BUILDS_AT_ONCE = 3;

/** Tells which lab images a mirror holds. */
export const LABS_LABEL = 'drydock.labs';

export interface BuilderOptions {
  docker: Docker;
  imagesDir: string;
  /** For downloads and for work in progress. */
  cacheDir: string;
  host: Host;
  privilege: Privilege;
  progress: Progress;
  /** The engine's processor, in Node's words. */
  arch: string;
  /** `find`: what is missing is thrown as MissingImage instead of made. */
  mode: 'make' | 'find';
}

export class MissingImage extends Error {
  override readonly name = 'MissingImage';
}

export interface Image {
  tag: string;
  id: string;
  labels: Readonly<Record<string, string>>;
}

/** Makes the images that the engine lacks, one method each. */
export class ImageBuilder {
  readonly #options: BuilderOptions;
  readonly #present: ReadonlyMap<string, Docker.ImageInfo>;
  readonly #slots = new Slots(BUILDS_AT_ONCE);
  readonly #used = new Set<string>();
  #registry: Promise<Registry | undefined> | undefined;
  #built = 0;

  constructor(options: BuilderOptions, present: ReadonlyMap<string, Docker.ImageInfo>) {
    this.#options = options;
    this.#present = present;
  }

  /** How many were not there. */
  get built(): number {
    return this.#built;
  }

  /** All tags of this version. */
  get used(): ReadonlySet<string> {
    return this.#used;
  }

  async base(): Promise<Image> {
    const { docker, host, privilege, imagesDir, cacheDir, arch, progress } = this.#options;
    return this.#ensure('base', [await this.#folder('base'), arch], async (tag) => {
      const registry = await this.#findRegistry();
      return makeBaseImage({
        docker,
        host,
        privilege,
        registry,
        folder: join(imagesDir, 'base'),
        workDir: join(cacheDir, 'base'),
        tag,
        note: (line) => progress.note(line),
      });
    });
  }

  /** One of the images that have a Dockerfile and need nothing but their parents. */
  async simple(name: 'ca' | 'engine' | 'shell', parents: Record<string, Image>): Promise<Image> {
    const hash = [await this.#folder(name), ...Object.values(parents).map(({ id }) => id)];
    return this.#ensure(name, hash, (tag) =>
      buildImage(this.#options.docker, {
        tag,
        context: [folderPart(join(this.#options.imagesDir, name))],
        buildArgs: tagsOf(parents),
        labels: { 'drydock.image': name },
      }),
    );
  }

  /** The mirror's hash covers what the labs' images are made from, so they are made only when it has to be. */
  async mirror(base: Image, ca: Image, sources: readonly LabImageSource[]): Promise<Image> {
    const { docker, imagesDir, cacheDir } = this.#options;
    const labHashes = await Promise.all(sources.map((source) => this.#labHash(source, base)));
    return this.#ensure('mirror', [await this.#folder('mirror'), base.id, ca.id, ...labHashes], async (tag) => {
      const labs = await settleAll(
        sources.map(async (source, index) => ({ source, ...(await this.#lab(source, labHashes[index] ?? '', base)) })),
      );
      const found: LabImage[] = labs.flatMap((lab) => lab.source.names.map((name) => ({ name, source: lab.from })));
      return this.#slots.run(() =>
        makeMirrorImage({
          docker,
          folder: join(imagesDir, 'mirror'),
          workDir: cacheDir,
          tag,
          base: base.tag,
          ca: ca.tag,
          labs: new Map(labs.map((lab) => [lab.tag, lab.source.names])),
          labels: { 'drydock.image': 'mirror', [LABS_LABEL]: JSON.stringify(found) },
        }),
      );
    });
  }

  async #lab(source: LabImageSource, hash: string, base: Image): Promise<{ tag: string; from: LabImage['source'] }> {
    const pulled = imageTag(`hub-${source.folder}`, hash);
    if (this.#present.has(pulled)) {
      this.#used.add(pulled);
      return { tag: pulled, from: 'registry' };
    }
    const built = imageTag(`lab-${source.folder}`, hash);
    const registry = this.#present.has(built) ? undefined : await this.#findRegistry();
    if (registry !== undefined && (await this.#pullLab(registry.reference(pinned(source)), pulled)))
      return { tag: pulled, from: 'registry' };
    const image = await this.#ensureTag(`lab ${source.folder}`, built, async (tag) =>
      buildImage(this.#options.docker, {
        tag,
        context: [folderPart(join(this.#options.imagesDir, 'lab', source.folder)), ...(await this.#extras(source))],
        buildArgs: { BASE: base.tag, ...source.buildArgs },
      }),
    );
    return { tag: image.tag, from: 'built' };
  }

  async #pullLab(reference: string, tag: string): Promise<boolean> {
    const { docker, progress } = this.#options;
    const [repo, version] = tag.split(':') as [string, string];
    const done = progress.step(`image ${reference}: pulling`);
    try {
      await this.#slots.run(() => pull(docker, reference));
      await docker.getImage(reference).tag({ repo, tag: version });
    } catch (error) {
      done(`cannot be pulled, so it is built: ${error instanceof Error ? error.message : String(error)}`);
      return false;
    }
    this.#used.add(tag);
    const { RepoDigests } = await docker.getImage(tag).inspect();
    done(
      reference.includes('@') ? undefined : `not pinned; today it is ${RepoDigests[0]?.split('@')[1] ?? 'nameless'}`,
    );
    return true;
  }

  async #extras(source: LabImageSource): Promise<ContextPart[]> {
    const { host, cacheDir, imagesDir, arch } = this.#options;
    const packages = source.packages.filter((one) => one.arch === undefined || one.arch === arch);
    const parts = await Promise.all(
      packages.map(async (one) => npmPackagePart(await fetchNpmPackage(host, one, join(cacheDir, 'npm')), one)),
    );
    if (source.program !== undefined) {
      const text = await readFile(join(imagesDir, 'lab', source.folder, `${source.program}.txt`), 'utf8');
      parts.push(filePart(source.program, helloProgram(text, arch), 0o755));
    }
    return parts;
  }

  async #labHash(source: LabImageSource, base: Image): Promise<string> {
    return shortHash([await this.#folder(`lab/${source.folder}`), JSON.stringify(source), this.#options.arch, base.id]);
  }

  #ensure(name: string, hashed: readonly string[], make: (tag: string) => Promise<string>): Promise<Image> {
    return this.#ensureTag(name, imageTag(name, shortHash(hashed)), make);
  }

  async #ensureTag(name: string, tag: string, make: (tag: string) => Promise<string>): Promise<Image> {
    this.#used.add(tag);
    const present = this.#present.get(tag);
    if (present !== undefined) return { tag, id: present.Id, labels: present.Labels ?? {} };
    if (this.#options.mode === 'find') throw new MissingImage(`${tag} is not there`);
    const run = async () => {
      const done = this.#options.progress.step(`image ${name}`);
      const id = await make(tag);
      done();
      return id;
    };
    // The mirror waits for the labs' images, so it takes its place only for its own part.
    const id = name === 'mirror' ? await run() : await this.#slots.run(run);
    this.#built += 1;
    const { Config } = await this.#options.docker.getImage(tag).inspect();
    return { tag, id, labels: Config?.Labels ?? {} };
  }

  #findRegistry(): Promise<Registry | undefined> {
    return (this.#registry ??= findRegistry(this.#options.host.env['DRYDOCK_REGISTRY']));
  }

  #folder(name: string): Promise<string> {
    return hashPaths(this.#options.imagesDir, [name]);
  }
}

function tagsOf(parents: Record<string, Image>): Record<string, string> {
  return Object.fromEntries(Object.entries(parents).map(([name, { tag }]) => [name, tag]));
}

/** `busybox@sha256:…` where the manifest knows which, else `busybox:1.37`. */
function pinned({ registry, digest }: LabImageSource): string {
  return digest === undefined ? registry : `${registry.split(':')[0]}@${digest}`;
}
