/** @jsxImportSource preact */
import { useRef, useState } from 'preact/hooks';
import type { LiveImage } from '../../../../sandbox-server/protocol/live.ts';
import { formatBytes } from '../format-bytes.ts';
import {
  stackImages,
  type GroupNumbers,
  type ImageStack,
  type StackLayer,
  type StackSegment,
} from '../live/layer-sharing.ts';
import { Icon } from './icons.tsx';
import { usePicture } from './use-picture.ts';

/** Colours of shared runs of layers; more than this many runs repeat them, the words still tell them apart. */
const GROUP_COLOURS = 5;
/** Names in a "shared with" line before it counts. */
const MAX_NAMES = 2;
/** Rows of a shared run that are shown before it is unfolded: what tells images apart is mostly near the top. */
const MAX_SHARED_ROWS = 3;
/** Tallest addition to a layer's height, in pixels, for the largest layers. */
const MAX_EXTRA_HEIGHT = 22;

/** Each image as its stack of layers, the lowest one at the bottom. */
export function ImageStacks({ images }: { images: readonly LiveImage[] }) {
  const groups = useRef<GroupNumbers>(new Map());
  const picture = usePicture(stackImages(images, groups.current), PICTURE);
  return (
    <ul class="ws-stacks">
      {picture.map(({ key, item, phase }) => (
        <li key={key} class="ws-stack" data-phase={phase} aria-hidden={phase === 'leaving' ? 'true' : undefined}>
          <Stack image={item} />
        </li>
      ))}
    </ul>
  );
}

const PICTURE = {
  keyOf: ({ id }: ImageStack) => id,
  signatureOf: ({ name, otherTags, size }: ImageStack) => JSON.stringify([name, otherTags, size]),
};

function Stack({ image }: { image: ImageStack }) {
  const { name, otherTags, size, ownSize, segments } = image;
  const ownOnly = segments.every(({ group }) => group === undefined);
  return (
    <>
      <h4 class="ws-stack-name" title={[name, ...otherTags].join('\n')}>
        {name}
        {otherTags.map((tag) => (
          <span key={tag} class="ws-stack-tag">
            {tag}
          </span>
        ))}
      </h4>
      <p class="ws-stack-size">
        {formatBytes(size)}
        {!ownOnly && <span class="ws-own"> · {ownSize === 0 ? 'nothing' : formatBytes(ownSize)} of its own</span>}
      </p>
      <ol class="ws-layers" reversed aria-label={`Layers of ${name}, from the top down`}>
        {segments.toReversed().map((segment) => (
          <Segment key={segment.key} segment={segment} />
        ))}
      </ol>
    </>
  );
}

function Segment({ segment: { layers, sharedWith, group } }: { segment: StackSegment }) {
  const [unfolded, setUnfolded] = useState(false);
  const topDown = layers.toReversed();
  const foldable = group !== undefined && layers.length > MAX_SHARED_ROWS + 1;
  const shown = foldable && !unfolded ? topDown.slice(0, MAX_SHARED_ROWS) : topDown;
  const folded = topDown.slice(shown.length);
  return (
    <li class="ws-segment" data-group={group === undefined ? 'own' : group % GROUP_COLOURS}>
      <ol class="ws-segment-layers">
        {shown.map((layer) => (
          <Layer key={layer.key} layer={layer} />
        ))}
      </ol>
      {foldable && (
        <button type="button" class="ws-fold" aria-expanded={unfolded} onClick={() => setUnfolded(!unfolded)}>
          {folded.map(({ key }) => (
            <span key={key} class="ws-fold-edge" />
          ))}
          {unfolded ? 'Show fewer' : foldedWords(folded)}
        </button>
      )}
      {sharedWith.length > 0 && (
        <p class="ws-shared" title={sharedWith.join('\n')}>
          <Icon name="shared" />
          <span>shared with {names(sharedWith)}</span>
        </p>
      )}
    </li>
  );
}

function foldedWords(folded: readonly StackLayer[]): string {
  const layers = folded.filter(({ hasFiles }) => hasFiles);
  const size = layers.reduce((sum, layer) => sum + layer.size, 0);
  return `+${layers.length} ${layers.length === 1 ? 'layer' : 'layers'}, ${formatBytes(size)}`;
}

function Layer({ layer: { instructions, size, hasFiles } }: { layer: StackLayer }) {
  if (!hasFiles) {
    return (
      <li class="ws-layer" data-files="false" title={instructions.toReversed().join('\n')}>
        <span class="visually-hidden">settings, no files: </span>
        <span class="ws-layer-instruction">{settingWords(instructions)}</span>
      </li>
    );
  }
  return (
    <li class="ws-layer" data-files="true" title={instructions[0]} style={{ minHeight: `${22 + extraHeight(size)}px` }}>
      <span class="ws-layer-instruction">{instructions[0]}</span>
      <span class="ws-layer-size">{formatBytes(size)}</span>
    </li>
  );
}

/** A single setting in full, several by their keywords: `CMD · EXPOSE`. */
function settingWords(instructions: readonly string[]): string {
  if (instructions.length === 1) return instructions[0] ?? '';
  return [...new Set(instructions.toReversed().map((instruction) => instruction.split(' ')[0]))].join(' · ');
}

function names(all: readonly string[]): string {
  const shown = all.length <= MAX_NAMES ? all : all.slice(0, MAX_NAMES - 1);
  const rest = all.length - shown.length;
  return rest > 0 ? `${shown.join(', ')} and ${rest} more` : shown.join(' and ');
}

/** A hint of the size: a layer of 100 MB is visibly taller than one of 1 kB, without hiding the others. */
function extraHeight(bytes: number): number {
  return Math.round(Math.min(MAX_EXTRA_HEIGHT, Math.max(0, Math.log10(bytes / 1e6 + 1) * 9)));
}
