import type { ImageConfig } from './docker-checks.ts';

/**
 * The lab's private registry as a check sees it: what really lies there, whatever the sandbox's engine says. Plain data.
 * Repositories are called as they are pushed, without the registry's name: `shop`, `team/shop`.
 */
export interface RegistryChecks {
  repositories: () => Promise<string[]>;
  /** Empty when nothing was pushed to that repository. */
  tags: (repository: string) => Promise<string[]>;
  /** `shop:1.0` or `shop@sha256:…`. Throws "not yet" when it is not there, in words that say what is. */
  image: (reference: string) => Promise<RegistryImage>;
  /** Is it there? For checks where absence is an answer. */
  hasImage: (reference: string) => Promise<boolean>;
}

export interface RegistryImage {
  /** `shop:1.0 in the registry`, for verdicts. */
  subject: string;
  repository: string;
  /** `sha256:…` of the manifest: what `docker pull …@sha256:…` asks for. */
  digest: string;
  mediaType: string;
  /** The digest of its configuration: the image id of an engine that has pulled it. */
  id: string;
  architecture: string;
  os: string;
  config: ImageConfig;
  /** From the bottom up, compressed as they were pushed. */
  layers: { digest: string; size: number }[];
  /** DiffIds of the layers from the bottom up. */
  diffIds: string[];
  /** Bytes of all layers, as they go over the line. */
  size: number;
}
