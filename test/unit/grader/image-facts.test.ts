import { expect, test } from 'vitest';
import * as schemas from '../../../sandbox-server/grader/engine-schemas.ts';
import { imageFacts, imageSteps } from '../../../sandbox-server/grader/image-facts.ts';
import { imageJson } from './fake-engine.ts';

/** Newest first, as the engine gives it. */
const HISTORY = schemas.imageHistory.parse([
  { CreatedBy: 'CMD ["node"]', Size: 0, Comment: '' },
  { CreatedBy: 'RUN /bin/sh -c npm ci # buildkit', Size: 30, Comment: 'buildkit.dockerfile.v0' },
  { CreatedBy: 'COPY . . # buildkit', Size: 3, Comment: '' },
  { CreatedBy: '', Size: 80, Comment: 'Imported from -' },
]);

const shop = imageFacts(
  schemas.imageInspect.parse(imageJson('sha256:1', ['shop:1'], ['a', 'b', 'c'])),
  HISTORY,
  'shop:1',
);

test('every step of the history gets the layer it made, from the bottom up', () => {
  expect(shop.history.map(({ instruction, diffId }) => [instruction, diffId])).toEqual([
    ['Imported from -', 'a'],
    ['COPY . .', 'b'],
    ['RUN npm ci', 'c'],
    ['CMD ["node"]', null],
  ]);
});

test('layers without a history are at the bottom', () => {
  expect(imageSteps([], ['a', 'b']).map(({ diffId }) => diffId)).toEqual(['a', 'b']);
});

test('a step is found by its instruction, also with a pattern that remembers', () => {
  const layers = shop.layers();
  const pattern = /npm ci/g;
  expect([layers.indexOfCommand(pattern), layers.indexOfCommand(pattern)]).toEqual([2, 2]);
  expect(layers.indexOfCommand(/apt/)).toBe(-1);
});

test('shared layers are counted from the bottom to the first that differs', () => {
  const other = imageFacts(schemas.imageInspect.parse(imageJson('sha256:2', [], ['a', 'x', 'c'])), HISTORY);
  expect(shop.layers().sharedWith(other)).toBe(1);
  expect(shop.layers().sharedWith(shop)).toBe(3);
});

test('configuration is read, with what is absent empty', () => {
  expect(shop).toMatchObject({
    subject: 'image shop:1',
    config: { env: { A: 'b=c' }, cmd: ['sh'], entrypoint: [], labels: {}, exposedPorts: [] },
    digests: [],
  });
});
