import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

const FOLDER = join(import.meta.dirname, 'manifests');

/** What a cluster gets beside what kind puts into it: applied at once, which is the quickest. */
export async function clusterManifests({ ingress = false }: { ingress?: boolean }): Promise<string> {
  const names = ['metrics-server.yaml', ...(ingress ? ['ingress.yaml'] : [])];
  const texts = await Promise.all(names.map((name) => readFile(join(FOLDER, name), 'utf8')));
  return texts.join('---\n');
}
