import type { QueueView } from '../protocol/views.ts';

/** A place in the queue is kept this long without a page: for a reload, a lost network, a restart of the server. */
const ABSENT_MS = 3 * 60_000;
/** An estimate that changes by less than this is not worth a message. */
const ESTIMATE_CHANGE_MS = 10_000;

/** Where a session stands that has to wait. */
export class PlaceInQueue {
  #view: QueueView | undefined;

  get view(): QueueView | undefined {
    return this.#view;
  }

  /** Whether it `isNew` in the queue, and whether its page should hear of the move. */
  move(to: QueueView): { isNew: boolean; isWorthTelling: boolean } {
    const before = this.#view;
    this.#view = to;
    const shift = Math.abs((before?.startsAt ?? 0) - (to.startsAt ?? 0));
    const isWorthTelling = shift > ESTIMATE_CHANGE_MS || before?.place !== to.place || before.why !== to.why;
    return { isNew: before === undefined, isWorthTelling };
  }

  leave(): void {
    this.#view = undefined;
  }
}

/** Has nobody looked for so long that the place goes to others? */
export function isForgotten(absentSince: number | undefined, now: number): boolean {
  return absentSince !== undefined && now - absentSince >= ABSENT_MS;
}
