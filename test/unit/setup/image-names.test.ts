import type Docker from 'dockerode';
import { expect, test } from 'vitest';
import { pruneImages } from '../../../sandbox-server/setup/image-names.ts';

const NOW = Date.UTC(2026, 0, 10);
const DAY_SECONDS = 24 * 3600;

function engineWith(images: Record<string, number>): { docker: Docker; tags: () => string[] } {
  const tags = new Map(Object.entries(images));
  const docker = {
    listImages: async () => [...tags].map(([tag, Created]) => ({ RepoTags: [tag], Created })),
    getImage: (tag: string) => ({ remove: async () => void tags.delete(tag) }),
    pruneImages: async () => ({}),
  };
  return { docker: docker as unknown as Docker, tags: () => [...tags.keys()] };
}

test('images of an earlier version go; those in use here and those of the last day stay', async () => {
  const engine = engineWith({
    'drydock/shell:used': NOW / 1000 - 9 * DAY_SECONDS,
    'drydock/shell:old': NOW / 1000 - 2 * DAY_SECONDS,
    'drydock/shell:young': NOW / 1000 - DAY_SECONDS / 2,
  });
  expect(await pruneImages(engine.docker, new Set(['drydock/shell:used']), NOW)).toEqual(['drydock/shell:old']);
  expect(engine.tags()).toEqual(['drydock/shell:used', 'drydock/shell:young']);
});
