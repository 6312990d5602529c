import { expect, test } from 'vitest';
import type { LiveImage, LiveLayer } from '../../../../../../sandbox-server/protocol/live.ts';
import { imageName, stackImages } from '../../../../../../src/client/workspace/live/layer-sharing.ts';

const layer = (id: string, size = 10): LiveLayer => ({ diffId: `sha256:${id}`, instruction: `RUN ${id}`, size });
const setting = (instruction: string): LiveLayer => ({ diffId: null, instruction, size: 0 });

function image(name: string, layers: LiveLayer[]): LiveImage {
  return {
    id: `sha256:${name}`,
    tags: [`${name}:1`],
    size: layers.reduce((sum, { size }) => sum + size, 0),
    createdAt: 0,
    layers,
  };
}

function segmentsOf(images: LiveImage[], index: number) {
  return stackImages(images, new Map())[index]?.segments.map(({ sharedWith, layers }) => ({
    sharedWith,
    layers: layers.flatMap(({ instructions }) => instructions),
  }));
}

test('an image alone is all its own', () => {
  const [stack] = stackImages([image('debian', [layer('d')])], new Map());
  expect(stack).toMatchObject({ ownSize: 10, segments: [{ sharedWith: [], group: undefined }] });
});

test('a base is shared, what stands on it is not', () => {
  const images = [image('debian', [layer('d')]), image('shop', [layer('d'), layer('s')])];
  expect(segmentsOf(images, 1)).toEqual([
    { sharedWith: ['debian:1'], layers: ['RUN d'] },
    { sharedWith: [], layers: ['RUN s'] },
  ]);
  expect(stackImages(images, new Map()).map(({ ownSize }) => ownSize)).toEqual([0, 10]);
});

test('the same layer on another base is another layer', () => {
  const images = [image('a', [layer('x'), layer('same')]), image('b', [layer('y'), layer('same')])];
  expect(segmentsOf(images, 0)).toEqual([{ sharedWith: [], layers: ['RUN x', 'RUN same'] }]);
});

test('runs are cut where the owners change', () => {
  const images = [
    image('debian', [layer('d')]),
    image('node', [layer('d'), layer('n')]),
    image('shop', [layer('d'), layer('n'), layer('s')]),
  ];
  expect(segmentsOf(images, 2)?.map(({ sharedWith }) => sharedWith)).toEqual([['debian:1', 'node:1'], ['node:1'], []]);
});

test('a shared run has the same number in every image, and keeps it when images come and go', () => {
  const groups = new Map<string, number>();
  const debian = image('debian', [layer('d')]);
  const shop = image('shop', [layer('d'), layer('s')]);
  const busybox = image('busybox', [layer('b')]);
  const tool = image('tool', [layer('b'), layer('t')]);
  const numbers = (images: LiveImage[]) => stackImages(images, groups).map(({ segments }) => segments[0]?.group);
  expect(numbers([debian, shop])).toEqual([0, 0]);
  expect(numbers([busybox, tool, debian, shop])).toEqual([1, 1, 0, 0]);
  expect(numbers([debian, shop])).toEqual([0, 0]);
});

test('a setting does not part the layers above it', () => {
  const images = [
    image('a', [layer('d'), setting('ENV A=1'), layer('s')]),
    image('b', [layer('d'), setting('ENV A=2'), layer('s')]),
  ];
  expect(segmentsOf(images, 0)).toEqual([
    { sharedWith: ['b:1'], layers: ['RUN d'] },
    { sharedWith: [], layers: ['ENV A=1'] },
    { sharedWith: ['b:1'], layers: ['RUN s'] },
  ]);
});

test('settings between two layers are one row, in order', () => {
  const [stack] = stackImages([image('a', [layer('d'), setting('EXPOSE 80'), setting('CMD ["sh"]')])], new Map());
  expect(stack?.segments[0]?.layers.map(({ instructions, hasFiles }) => ({ instructions, hasFiles }))).toEqual([
    { instructions: ['RUN d'], hasFiles: true },
    { instructions: ['EXPOSE 80', 'CMD ["sh"]'], hasFiles: false },
  ]);
});

test('keys are unique within a stack', () => {
  const [stack] = stackImages([image('a', [layer('d'), setting('ENV X=1'), layer('e'), layer('e')])], new Map());
  const keys = stack?.segments.flatMap(({ layers }) => layers.map(({ key }) => key)) ?? [];
  expect(new Set(keys).size).toBe(keys.length);
});

test('an untagged image goes by its short id', () => {
  expect(imageName({ id: 'sha256:0123456789abcdef', tags: [] })).toBe('0123456789ab');
  expect(imageName({ id: 'sha256:0', tags: ['shop:1', 'shop:latest'] })).toBe('shop:1');
});
