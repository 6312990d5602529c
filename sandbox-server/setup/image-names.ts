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

/** Removes what earlier versions left, except what a container still uses. */
export async function pruneImages(docker: Docker, keep: ReadonlySet<string>): Promise<string[]> {
  const removed: string[] = [];
  for (const tag of (await ourImages(docker)).keys()) {
    if (keep.has(tag)) continue;
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
