import { NotYet } from '../lab/not-yet.ts';
import type { RegistryChecks, RegistryImage } from '../lab/registry-checks.ts';
import { imageConfig } from './image-config.ts';
import type { RunCommand } from './probes.ts';
import { RegistryApi } from './registry-api.ts';
import * as schemas from './registry-schemas.ts';

/** The lab's private registry as one run of a check sees it. */
export function registryChecks(run: RunCommand, signal: AbortSignal): RegistryChecks {
  const api = new RegistryApi(run, signal);
  const repositories = async () => (await api.get('_catalog?n=100', schemas.catalog))?.body.repositories ?? [];
  const tags = async (repository: string) =>
    (await api.get(`${repository}/tags/list`, schemas.tagList))?.body.tags.toSorted() ?? [];
  const manifestOf = ({ repository, tag }: Reference) => api.get(`${repository}/manifests/${tag}`, schemas.manifest);

  /** What is there instead, for the verdict. */
  const seen = async ({ repository }: Reference): Promise<string> => {
    const found = await tags(repository);
    if (found.length > 0) return `${repository} with the tags ${found.slice(0, 10).join(', ')}`;
    const others = (await repositories()).slice(0, 10);
    return others.length > 0 ? `only ${others.join(', ')}` : 'an empty registry';
  };

  return {
    repositories,
    tags,
    hasImage: async (reference) => (await manifestOf(parse(reference))) !== undefined,
    image: async (reference) => {
      const wanted = parse(reference);
      const top = await manifestOf(wanted);
      if (top === undefined) {
        throw new NotYet(`The registry has no ${reference}.`, {
          subject: `${reference} in the registry`,
          expected: `${reference} in the registry`,
          observed: await seen(wanted),
          missing: true,
        });
      }
      // An index: the image is the first that is meant for machines; others are statements about it.
      const inner = top.body.manifests.find(({ platform }) => platform?.os !== 'unknown');
      const one = inner === undefined ? top : await manifestOf({ ...wanted, tag: inner.digest });
      const digest = one?.body.config?.digest;
      const config = digest && (await api.get(`${wanted.repository}/blobs/${digest}`, schemas.imageConfig));
      if (one === undefined || digest === undefined || !config)
        throw new Error(`the private registry has ${reference}, and not all of it`);
      return facts(reference, wanted.repository, top, one.body, digest, config.body);
    },
  };
}

interface Reference {
  repository: string;
  /** A tag, or a digest. */
  tag: string;
}

function parse(reference: string): Reference {
  const found = /^([^:@]+)(?:@(sha256:[0-9a-f]{64})|:([\w.-]+))?$/.exec(reference);
  if (!found) throw new Error(`"${reference}" is no image of a registry: write shop:1.0, or shop@sha256:…`);
  return { repository: found[1] ?? '', tag: found[2] ?? found[3] ?? 'latest' };
}

type Manifest = ReturnType<typeof schemas.manifest.parse>;
type Config = ReturnType<typeof schemas.imageConfig.parse>;

function facts(
  reference: string,
  repository: string,
  top: { body: Manifest; digest: string },
  { layers }: Manifest,
  id: string,
  image: Config,
): RegistryImage {
  return {
    subject: `${reference} in the registry`,
    repository,
    digest: top.digest,
    mediaType: top.body.mediaType,
    id,
    architecture: image.architecture,
    os: image.os,
    config: imageConfig(image.config),
    layers,
    diffIds: image.rootfs?.diff_ids ?? [],
    size: layers.reduce((sum, { size }) => sum + size, 0),
  };
}
