import { describe, expect, test } from 'vitest';
import { createProgressStore, mergeProgress, parseProgress } from '../../../../src/client/progress.ts';
import type { Saved } from '../../../../src/client/saved.ts';

function savedInMemory(initial: Record<string, string> = {}): Saved & { entries: Map<string, string> } {
  const entries = new Map(Object.entries(initial));
  return { entries, read: (key) => entries.get(key), write: (key, value) => void entries.set(key, value) };
}

const LESSON = 'containers/images/layers';

describe('progress', () => {
  test('a done task is there after a reload', () => {
    const saved = savedInMemory();
    createProgressStore(saved).taskDone(LESSON, 'reorder');
    expect(createProgressStore(saved).lesson(LESSON).tasks).toEqual(['reorder']);
  });

  test('a task that is done twice counts once', () => {
    const store = createProgressStore(savedInMemory());
    store.taskDone(LESSON, 'reorder');
    store.taskDone(LESSON, 'reorder');
    expect(store.lesson(LESSON).tasks).toEqual(['reorder']);
  });

  test('a visit makes a lesson the last one', () => {
    const store = createProgressStore(savedInMemory());
    store.visited(LESSON, 5);
    expect(store.current.lastLesson).toBe(LESSON);
    expect(store.lesson(LESSON).visitedAt).toBe(5);
  });

  test('who listens hears of each change', () => {
    const store = createProgressStore(savedInMemory());
    let heard = 0;
    store.onChange(() => (heard += 1));
    store.answered(LESSON, 'why', { choice: 'Because', right: true });
    expect(heard).toBe(1);
    expect(store.lesson(LESSON).quiz['why']).toEqual({ choice: 'Because', right: true });
  });

  test('merging keeps what either side knows, and the server’s answers', () => {
    const local = {
      progress: { [LESSON]: { tasks: ['a', 'b'], quiz: { q: { choice: 'x', right: false } }, visitedAt: 9 } },
      lastLesson: 'old',
    };
    const server = {
      progress: { [LESSON]: { tasks: ['b', 'c'], quiz: { q: { choice: 'y', right: true } }, visitedAt: 3 } },
      lastLesson: LESSON,
    };
    const merged = mergeProgress(local, server);
    expect(merged.progress[LESSON]?.tasks.toSorted()).toEqual(['a', 'b', 'c']);
    expect(merged.progress[LESSON]?.quiz['q']).toEqual({ choice: 'y', right: true });
    expect(merged.progress[LESSON]?.visitedAt).toBe(9);
    expect(merged.lastLesson).toBe(LESSON);
  });

  test.each([undefined, '', 'no json', '[]', '{"progress":3}'])('storage that says %j is no progress', (text) => {
    expect(parseProgress(text)).toEqual({ progress: {} });
  });

  test('a damaged entry costs only what is damaged', () => {
    const text = JSON.stringify({
      progress: { a: { tasks: ['t', 4], quiz: { q: { choice: 1 } }, visitedAt: 'x' }, b: null },
      lastLesson: 7,
    });
    expect(parseProgress(text)).toEqual({ progress: { a: { tasks: ['t'], quiz: {}, visitedAt: 0 } } });
  });
});
