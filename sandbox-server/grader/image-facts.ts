import type { ImageFacts, ImageStep, LayerList } from '../lab/docker-checks.ts';
import type { ImageHistory, ImageInspect } from './engine-schemas.ts';
import { imageConfig } from './image-config.ts';
import { cleanInstruction, stepsWithLayers } from './instruction.ts';

/** `reference`: what the author called it; for verdicts. */
export function imageFacts(image: ImageInspect, history: ImageHistory, reference?: string): ImageFacts {
  const diffIds = image.RootFS?.Layers ?? [];
  const steps = imageSteps(history, diffIds);
  return {
    subject: `image ${reference ?? image.RepoTags[0] ?? shortId(image.Id)}`,
    id: image.Id,
    tags: image.RepoTags,
    digests: image.RepoDigests,
    size: image.Size,
    createdAt: new Date(image.Created),
    architecture: image.Architecture,
    os: image.Os,
    config: imageConfig(image.Config),
    diffIds,
    history: steps,
    layers: () => layerList(steps, diffIds),
  };
}

/** The history from the bottom up, each step with its layer. */
export function imageSteps(history: ImageHistory, diffIds: readonly string[]): ImageStep[] {
  const named = history.toReversed().map(({ CreatedBy, Size, Comment }) => ({
    instruction: cleanInstruction(CreatedBy) || Comment,
    size: Size,
    comment: Comment,
  }));
  const has = stepsWithLayers(named, diffIds.length);
  // An imported or squashed image may have more layers than steps: the lowest ones have no story.
  let next = diffIds.length - has.filter(Boolean).length;
  const untold = diffIds.slice(0, next).map((diffId) => ({ instruction: '', diffId, size: 0, comment: '' }));
  return [
    ...untold,
    ...named.map((step, index) => ({ ...step, diffId: has[index] ? (diffIds[next++] ?? null) : null })),
  ];
}

/** `sha256:0123456789ab…` → `0123456789ab`, as the docker command shows it. */
export function shortId(id: string): string {
  return id.replace(/^sha256:/, '').slice(0, 12);
}

function layerList(steps: ImageStep[], diffIds: readonly string[]): LayerList {
  return {
    steps,
    indexOfCommand: (pattern) => {
      // Without g and y, which make a pattern remember where it was.
      const stateless = new RegExp(pattern.source, pattern.flags.replace(/[gy]/g, ''));
      return steps.findIndex((step) => stateless.test(step.instruction));
    },
    sharedWith: (other) => {
      const different = diffIds.findIndex((diffId, index) => diffId !== other.diffIds[index]);
      return different === -1 ? diffIds.length : different;
    },
  };
}
