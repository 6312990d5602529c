import { expect, test } from 'vitest';
import type { Course, Lesson } from '../../../../src/course/course.ts';
import { coveredTasks } from '../../../../src/course/covered.ts';

const lesson = {
  id: 'containers/images/layers',
  url: '/containers/images/layers/',
  title: 'Layers',
  tasks: [{ id: 'biggest', title: 'Find the biggest layer' }],
} as Lesson;
const course = { id: 'containers', modules: [{ lessons: [lesson] }] } as unknown as Course;

test('a covered task is linked by its place on its lesson’s page', () => {
  expect(coveredTasks(course, ['images/layers#biggest'])).toEqual([
    { url: '/containers/images/layers/#task-biggest', title: 'Find the biggest layer', lesson: 'Layers' },
  ]);
});

test('a task that is not there is told, with the one that was meant', () => {
  expect(() => coveredTasks(course, ['images/layers#bigest'])).toThrow(
    'content/containers/course.yaml: there is no task images/layers#bigest. Did you mean images/layers#biggest?',
  );
});
