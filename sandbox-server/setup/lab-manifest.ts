import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';

const npmPackage = z.strictObject({
  /** Name and exact version: `npm@10.9.9`. */
  spec: z.string(),
  /** As in npm's lockfile; what is fetched is compared with it. */
  integrity: z.string().startsWith('sha512-'),
  /** Only where Node calls the processor this. */
  arch: z.string().optional(),
  /** The folder of the build context that its content goes to. */
  into: z.string(),
  /** Only this file of it. */
  only: z.string().optional(),
});

const labImageSource = z.strictObject({
  /** Its Dockerfile's folder, beside the manifest. */
  folder: z.string(),
  /** What labs call it; the first is its chief name. */
  names: z.array(z.string().regex(/^[a-z0-9-]+:[\w.-]+$/)).min(1),
  /** The same image where a registry can be reached. */
  registry: z.string(),
  /**
   * Of that image's index, so that everybody gets the same one. `unknown`: nobody has looked it up where Docker Hub can be
   * reached; the tag is pulled then, and the digest that it had is told. Default `unknown`.
   */
  digest: z
    .union([z.literal('unknown'), z.string().regex(/^sha256:[0-9a-f]{64}$/)])
    .default('unknown')
    .transform((digest) => (digest === 'unknown' ? undefined : digest)),
  buildArgs: z.record(z.string(), z.string()).default({}),
  packages: z.array(npmPackage).default([]),
  /** A program without a C library that prints the `.txt` file of the same name, to be made before the build. */
  program: z.string().optional(),
});

export type NpmPackage = z.infer<typeof npmPackage>;
export type LabImageSource = z.infer<typeof labImageSource>;

export async function readLabManifest(imagesDir: string): Promise<LabImageSource[]> {
  const path = join(imagesDir, 'lab', 'manifest.json');
  return z.array(labImageSource).parse(JSON.parse(await readFile(path, 'utf8')));
}
