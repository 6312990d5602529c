import type Docker from 'dockerode';

const PREFIX = 'drydock/';

/** Our images on an engine: `drydock/NAME:HASH`, where the hash says what it was made from. */
export function imageTag(name: string, hash: string): string {
  return `${PREFIX}${name}:${hash}`;
}

/** Tag → image id, of all our images that the engine has. */
export async function ourImages(docker: Docker): Promise<Map<string, Docker.ImageInfo>> {
  const images = await docker.listImages({ filters: JSON.stringify({ reference: [`${PREFIX}*`] }) });
  return new Map(
    images.flatMap((image) =>
      (image.RepoTags ?? []).filter((tag) => tag.startsWith(PREFIX)).map((tag) => [tag, image]),
    ),
  );
}

/** Another checkout on this engine may be at work with images of its own: what is younger than this stays. */
const PRUNE_AFTER_SECONDS = 24 * 3600;

/** Removes what earlier versions left, except what is young or what a container still uses. */
export async function pruneImages(
  docker: Docker,
  keep: ReadonlySet<string>,
  now: number = Date.now(),
): Promise<string[]> {
  const removed: string[] = [];
  for (const [tag, image] of await ourImages(docker)) {
    if (keep.has(tag) || now / 1000 - image.Created < PRUNE_AFTER_SECONDS) continue;
    const gone = await docker
      .getImage(tag)
      .remove()
      .then(
        () => true,
        () => false,
      );
    if (gone) removed.push(tag);
  }
  await docker.pruneImages({ filters: JSON.stringify({ dangling: ['true'], label: ['drydock.stage'] }) });
  return removed;
}
