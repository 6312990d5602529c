import { expect, test } from 'vitest';
import { selectLessons } from '../../../sandbox-server/verify/select.ts';

const lesson = (module: string, order: number, slug: string) => ({
  id: `containers/${module}/${slug}`,
  course: 'containers',
  module,
  order,
  slug,
});
const LESSONS = [
  lesson('images', 1, 'what-an-image-is'),
  lesson('images', 3, 'layers'),
  lesson('runtime', 1, 'engine'),
];
const select = (...words: string[]) => selectLessons(LESSONS, words).map(({ slug }) => slug);

test('modules, numbers, names and ids name lessons; no words name all', () => {
  expect(select()).toHaveLength(3);
  expect(select('images')).toEqual(['what-an-image-is', 'layers']);
  expect(select('images/3')).toEqual(['layers']);
  expect(select('layers', 'images/layers', 'containers/images/layers/', 'images/3-layers')).toEqual(['layers']);
  expect(select('runtime', 'images/1')).toEqual(['what-an-image-is', 'engine']);
});

test('an unknown name gets a suggestion and the list', () => {
  expect(() => select('imgaes')).toThrow(
    /no module or lesson “imgaes”\. Did you mean images\?[\s\S]*images\/3 {2}layers/,
  );
});
