import type { Clock } from '../../clock.ts';
import type { LabLesson } from '../../lab/lessons.ts';
import { sandboxKind } from './sandbox-kind.ts';

/** A learner who opened a lesson or started its lab counts this long as somebody who may want a sandbox of its kind. */
const LATELY_MS = 20 * 60_000;
/** Of what is remembered; a course has a few kinds, a class some dozens of learners. */
const MAX_KINDS = 50;
const MAX_LEARNERS_PER_KIND = 100;

/** Who asked for what kind of sandbox lately. */
export class Demand {
  readonly #clock: Clock;
  /** By kind; what was asked for last is last. */
  readonly #kinds = new Map<string, { lesson: LabLesson; learners: Map<string, number> }>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  note(lesson: LabLesson, learner: string): void {
    const { key } = sandboxKind(lesson);
    const learners = this.#kinds.get(key)?.learners ?? new Map<string, number>();
    learners.delete(learner);
    learners.set(learner, this.#clock.now());
    dropOldest(learners, MAX_LEARNERS_PER_KIND);
    this.#kinds.delete(key);
    this.#kinds.set(key, { lesson, learners });
    dropOldest(this.#kinds, MAX_KINDS);
  }

  /** A sandbox for each learner of late, at most so many of a kind and in all: first one of each kind, the latest kind first. */
  wanted(limits: { perKind: number; total: number }): { key: string; lesson: LabLesson; count: number }[] {
    const kinds = this.kinds().flatMap((key) => {
      const kind = this.#kinds.get(key);
      if (kind === undefined) return [];
      return { key, lesson: kind.lesson, most: Math.min(kind.learners.size, limits.perKind), count: 0 };
    });
    let left = limits.total;
    for (let round = 1; round <= limits.perKind; round++) {
      for (const kind of kinds) {
        if (left === 0 || kind.most < round) continue;
        kind.count++;
        left--;
      }
    }
    return kinds.map(({ key, lesson, count }) => ({ key, lesson, count }));
  }

  /** The latest first. */
  kinds(): string[] {
    const since = this.#clock.now() - LATELY_MS;
    for (const [key, { learners }] of this.#kinds) {
      for (const [learner, at] of learners) if (at <= since) learners.delete(learner);
      if (learners.size === 0) this.#kinds.delete(key);
    }
    return [...this.#kinds.keys()].toReversed();
  }
}

function dropOldest(map: Map<string, unknown>, most: number): void {
  for (const key of map.keys()) {
    if (map.size <= most) return;
    map.delete(key);
  }
}
