import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Rest } from '../../../../../src/client/cluster-figure/simulation/rest.ts';

const LONG_MS = 60_000;

class FakeCluster {
  paused = false;
  pause() {
    if (this.paused) throw new Error('already paused');
    this.paused = true;
  }
  resume() {
    if (!this.paused) throw new Error('not paused');
    this.paused = false;
  }
  isPaused() {
    return this.paused;
  }
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test('it stands still when nothing has changed for a while, until something is done', () => {
  const cluster = new FakeCluster();
  const rest = new Rest(cluster);
  rest.wake();
  vi.advanceTimersByTime(5_000);
  rest.wake();
  vi.advanceTimersByTime(5_000);
  expect(cluster.paused).toBe(false);
  vi.advanceTimersByTime(LONG_MS);
  expect(cluster.paused).toBe(true);
  rest.wake();
  expect(cluster.paused).toBe(false);
});

test('it stands still out of view, whatever changes there, and goes on in view', () => {
  const cluster = new FakeCluster();
  const rest = new Rest(cluster);
  rest.setVisible(false);
  rest.setVisible(false);
  rest.wake();
  expect(cluster.paused).toBe(true);
  rest.setVisible(true);
  expect(cluster.paused).toBe(false);
});

test('it goes on while something is waited for', () => {
  const cluster = new FakeCluster();
  const rest = new Rest(cluster);
  const release = rest.keepAwake();
  vi.advanceTimersByTime(LONG_MS);
  expect(cluster.paused).toBe(false);
  release();
  vi.advanceTimersByTime(LONG_MS);
  expect(cluster.paused).toBe(true);
});

test('closed, it touches nothing', () => {
  const cluster = new FakeCluster();
  const rest = new Rest(cluster);
  rest.wake();
  rest.close();
  vi.advanceTimersByTime(LONG_MS);
  rest.setVisible(false);
  expect(cluster.paused).toBe(false);
});
