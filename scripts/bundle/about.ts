import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';

/** `bundle.json`: what a bundle is, for the machine that gets it. */
const aboutSchema = z.object({
  platform: z.string(),
  arch: z.string(),
  commit: z.string(),
  /** Tags of all images, and of the one with the package cache. */
  images: z.array(z.string()),
  mirror: z.string(),
});

export type About = z.infer<typeof aboutSchema>;

export async function readAbout(folder: string): Promise<About> {
  return aboutSchema.parse(JSON.parse(await readFile(join(folder, 'bundle.json'), 'utf8')));
}
