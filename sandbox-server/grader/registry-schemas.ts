import { z } from 'zod';
import { runConfig } from './engine-schemas.ts';
import { list, text } from './go-json.ts';

/*
 * Answers of a registry (https://distribution.github.io/distribution/spec/api/) and what lies in it
 * (https://github.com/opencontainers/image-spec), as far as they are used.
 */
const descriptor = z.object({ digest: z.string(), size: z.number() });

export const catalog = z.object({ repositories: list(z.string()) });
export const tagList = z.object({ tags: list(z.string()) });

/** Of one image, or an index that lists one for each platform. */
export const manifest = z.object({
  mediaType: text,
  config: descriptor.optional(),
  layers: list(descriptor),
  manifests: list(z.object({ digest: z.string(), platform: z.object({ architecture: text, os: text }).nullish() })),
});

export const imageConfig = z.object({
  architecture: text,
  os: text,
  config: runConfig,
  rootfs: z.object({ diff_ids: list(z.string()) }).nullish(),
});
