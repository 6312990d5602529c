import { describe, expect, test } from 'vitest';
import type { LessonProgress } from '../../../../sandbox-server/protocol/views.ts';
import { doneTasks, isComplete, nextStep, type LessonEntry } from '../../../../src/client/next-step.ts';

const lesson = (id: string, ...tasks: string[]): LessonEntry => ({ id, title: id, url: `/${id}/`, tasks });
const did = (...tasks: string[]): LessonProgress => ({ tasks, quiz: {}, visitedAt: 1 });

const one = lesson('one', 'a', 'b');
const two = lesson('two', 'c');
const three = lesson('three');
const lessons = [one, two, three];

describe('the next step', () => {
  test('somebody new starts with the first lesson', () => {
    expect(nextStep(lessons, { progress: {} })).toEqual({ kind: 'start', lesson: one });
  });

  test('somebody in the middle of a lesson continues there', () => {
    const progress = { one: did(), two: did() };
    expect(nextStep(lessons, { progress, lastLesson: 'two' })).toEqual({ kind: 'continue', lesson: two });
  });

  test('after a complete lesson comes the next one', () => {
    const progress = { two: did('c') };
    expect(nextStep(lessons, { progress, lastLesson: 'two' })).toEqual({ kind: 'continue', lesson: three });
  });

  test('after the last lesson come those that were left out', () => {
    const progress = { two: did('c'), three: did() };
    expect(nextStep(lessons, { progress, lastLesson: 'three' })).toEqual({ kind: 'continue', lesson: one });
  });

  test('when all is done it starts again', () => {
    const progress = { one: did('a', 'b'), two: did('c'), three: did() };
    expect(nextStep(lessons, { progress, lastLesson: 'three' })).toEqual({ kind: 'again', lesson: one });
  });

  test('a last lesson that is gone does not matter', () => {
    expect(nextStep(lessons, { progress: { one: did('a') }, lastLesson: 'gone' })?.lesson).toBe(one);
  });

  test('without lessons there is none', () => {
    expect(nextStep([], { progress: {} })).toBeUndefined();
  });

  test('tasks that a lesson no longer has do not count', () => {
    expect(doneTasks(one, { one: did('a', 'removed') })).toBe(1);
    expect(isComplete(one, { one: did('a', 'removed') })).toBe(false);
  });
});
