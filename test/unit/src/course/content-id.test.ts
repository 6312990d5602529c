import { expect, test } from 'vitest';
import { contentId, lessonOrder } from '../../../../src/course/content-id.ts';

test.each([
  ['containers/course.yaml', 'containers'],
  ['containers/images/module.yaml', 'containers/images'],
  ['containers/images/3-layers-and-the-cache/lesson.mdx', 'containers/images/layers-and-the-cache'],
  ['containers/images/12-tags/lesson.mdx', 'containers/images/tags'],
])('%s is %s', (path, id) => {
  expect(contentId(path)).toBe(id);
});

test('the number of the folder orders a lesson', () => {
  expect(lessonOrder('content/containers/images/12-tags/lesson.mdx')).toBe(12);
  expect(lessonOrder('content/containers/images/tags/lesson.mdx')).toBe(0);
});
