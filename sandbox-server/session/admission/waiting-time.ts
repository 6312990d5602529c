/** Shorter ones were started by mistake, and say nothing about how long a lesson takes. */
const SHORTEST_MS = 60_000;
/** The latest are remembered: an hour or so of a class. */
const REMEMBERED = 30;

/** How long labs are used, from those that ended lately. */
export class SessionLengths {
  readonly #lengths: number[] = [];

  add(ms: number): void {
    if (ms < SHORTEST_MS) return;
    this.#lengths.push(ms);
    if (this.#lengths.length > REMEMBERED) this.#lengths.shift();
  }

  /** The usual length of those that lasted longer than this; undefined when there was none. */
  usual(longerThan = 0): number | undefined {
    const sorted = this.#lengths.filter((ms) => ms > longerThan).sort((a, b) => a - b);
    return sorted[Math.floor(sorted.length / 2)];
  }
}

export interface Held {
  startedAt: number;
  /** It ends then, whatever happens, unless it is used or extended. */
  endsAt: number;
}

/** When the learners who wait will probably get a place, in their order. */
export function expectedStarts(options: {
  now: number;
  waiting: number;
  /** Places that nobody holds. */
  free: number;
  /** What hands out free places one after the other takes so long for each. */
  startMs: number;
  held: readonly Held[];
  lengths: SessionLengths;
  /** Of a lab about whose like nothing is known. */
  longestMs: number;
}): number[] {
  const { now, waiting, free, startMs, held, lengths, longestMs } = options;
  const ends = held.map(({ startedAt, endsAt }) => {
    const usual = lengths.usual(now - startedAt);
    return Math.max(now, usual === undefined ? endsAt : Math.min(endsAt, startedAt + usual));
  });
  const frees = [...Array.from({ length: free }, (_, index) => now + index * startMs), ...ends].sort((a, b) => a - b);
  const starts: number[] = [];
  for (let i = 0; i < waiting; i++) {
    const start = frees.shift() ?? now + longestMs;
    starts.push(start);
    // Whoever gets it holds it in turn.
    frees.push(start + (lengths.usual() ?? longestMs));
    frees.sort((a, b) => a - b);
  }
  return starts;
}
