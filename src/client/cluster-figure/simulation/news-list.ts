import type { News } from './figure-state.ts';

/** As many as follow from one action, and can still be read. */
const SHOWN = 8;

/** The last things that happened. */
export class NewsList {
  readonly #news: News[] = [];
  readonly #toldOnce = new Set<string>();
  #nextId = 1;

  add(told: Omit<News, 'id'>): void {
    this.#news.unshift({ id: this.#nextId++, ...told });
    this.#news.length = Math.min(this.#news.length, SHOWN);
  }

  /** For what happens again and again, as a probe that fails every second. */
  addOnce(told: Omit<News, 'id'>): void {
    if (this.#toldOnce.has(told.what)) return;
    this.#toldOnce.add(told.what);
    this.add(told);
  }

  get newestFirst(): News[] {
    return [...this.#news];
  }
}
