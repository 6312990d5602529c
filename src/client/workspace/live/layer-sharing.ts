import type { LiveImage } from '../../../../sandbox-server/protocol/live.ts';

/** One layer of an image, or the settings (steps that changed no files) that were made between two layers. */
export interface StackLayer {
  key: string;
  /** One for a layer; for settings all of them, bottom first. */
  instructions: string[];
  size: number;
  hasFiles: boolean;
}

/** Neighbouring layers that the same images have in common, or that no other image has. */
export interface StackSegment {
  key: string;
  /** Names of the other images with these layers; empty for the image's own. */
  sharedWith: string[];
  /** The same number wherever these layers are shown, counted from 0; undefined for the image's own. */
  group: number | undefined;
  layers: StackLayer[];
  size: number;
}

export interface ImageStack {
  id: string;
  name: string;
  otherTags: string[];
  size: number;
  /** Bytes of the layers that no other image has. */
  ownSize: number;
  /** Bottom first. */
  segments: StackSegment[];
}

/** The first tag, or the short id that `docker images` shows. */
export function imageName({ id, tags }: Pick<LiveImage, 'id' | 'tags'>): string {
  return tags[0] ?? id.replace('sha256:', '').slice(0, 12);
}

/** The number that each shared run of layers was given, by its lowest layer: it keeps its colour while images come and go. */
export type GroupNumbers = Map<string, number>;

/**
 * Cuts each image into runs of layers with the same owners. A layer is the same one only when all below it are, so it
 * is known by the whole chain up to it.
 */
export function stackImages(images: readonly LiveImage[], groups: GroupNumbers): ImageStack[] {
  const chains = images.map(chainKeys);
  const owners = new Map<string, number[]>();
  for (const [image, keys] of chains.entries()) {
    for (const key of new Set(keys)) owners.set(key, [...(owners.get(key) ?? []), image]);
  }
  return images.map((image, index) => {
    const segments: (StackSegment & { owners: string })[] = [];
    for (const [position, { diffId, instruction, size }] of image.layers.entries()) {
      const key = chains[index]?.[position] ?? '';
      const layer = { key: `${position}${key}`, instructions: [instruction], size, hasFiles: diffId !== null };
      const owned = owners.get(key) ?? [index];
      const last = segments.at(-1);
      if (last?.owners === owned.join()) {
        const below = last.layers.at(-1);
        if (below && !below.hasFiles && !layer.hasFiles) below.instructions.push(instruction);
        else last.layers.push(layer);
        last.size += size;
      } else {
        const others = owned.filter((other) => other !== index);
        const sharedWith = others.flatMap((other) => images[other] ?? []).map(imageName);
        const group = others.length === 0 ? undefined : numberOf(groups, key);
        segments.push({ key: layer.key, owners: owned.join(), sharedWith, group, layers: [layer], size });
      }
    }
    const ownSize = segments.filter(({ group }) => group === undefined).reduce((sum, { size }) => sum + size, 0);
    return {
      id: image.id,
      name: imageName(image),
      otherTags: image.tags.slice(1),
      size: image.size,
      ownSize,
      segments: segments.map(({ owners: _owners, ...segment }) => segment),
    };
  });
}

/**
 * A key for each step: equal in two images when the step and the layers below it are equal. Configuration does not
 * tell layers apart, so only the layers' ids go on to what lies above.
 */
function chainKeys({ layers }: LiveImage): string[] {
  let below = '';
  let settings = '';
  return layers.map(({ diffId, instruction }) => {
    if (diffId === null) return below + (settings += `+${instruction}`);
    settings = '';
    return (below += `/${diffId}`);
  });
}

function numberOf(groups: GroupNumbers, key: string): number {
  const known = groups.get(key);
  if (known !== undefined) return known;
  groups.set(key, groups.size);
  return groups.size - 1;
}
