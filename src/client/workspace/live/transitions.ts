export type TransitionPhase = 'entering' | 'steady' | 'changed' | 'leaving';

/** An item as the picture shows it: for a moment new, changed or dying, and still in its place while it dies. */
export interface Tracked<T> {
  key: string;
  item: T;
  phase: TransitionPhase;
  /** When the phase began. */
  since: number;
}

export interface TransitionOptions<T> {
  keyOf: (item: T) => string;
  /** What a change is seen by: equal signatures look the same. */
  signatureOf: (item: T) => string;
}

/** How long a phase is shown. The style sheet's animations are shorter. */
export const PHASE_MS = 1_200;
export const LEAVING_MS = 450;

/** The next picture: what stays keeps its place, what is new comes last, what is gone is shown leaving. */
export function nextPicture<T>(
  before: readonly Tracked<T>[] | undefined,
  items: readonly T[],
  { keyOf, signatureOf }: TransitionOptions<T>,
  now: number,
): Tracked<T>[] {
  const fresh = new Map(items.map((item) => [keyOf(item), item]));
  if (!before) return [...fresh].map(([key, item]) => ({ key, item, phase: 'steady', since: now }));
  const known = new Set<string>();
  const kept = before.flatMap((tracked): Tracked<T>[] => {
    const item = fresh.get(tracked.key);
    if (item === undefined) return leave(tracked, now);
    known.add(tracked.key);
    if (tracked.phase === 'leaving') return [{ ...tracked, item, phase: 'entering', since: now }];
    if (signatureOf(tracked.item) !== signatureOf(item)) return [{ ...tracked, item, phase: 'changed', since: now }];
    const settled = tracked.phase !== 'steady' && now - tracked.since >= PHASE_MS;
    return [settled ? { ...tracked, item, phase: 'steady', since: now } : { ...tracked, item }];
  });
  const added = [...fresh].filter(([key]) => !known.has(key));
  return [...kept, ...added.map(([key, item]): Tracked<T> => ({ key, item, phase: 'entering', since: now }))];
}

/** When the picture has to be looked at again; undefined when it is at rest. */
export function nextChangeAt<T>(picture: readonly Tracked<T>[]): number | undefined {
  const times = picture
    .filter(({ phase }) => phase !== 'steady')
    .map(({ phase, since }) => since + (phase === 'leaving' ? LEAVING_MS : PHASE_MS));
  return times.length === 0 ? undefined : Math.min(...times);
}

function leave<T>(tracked: Tracked<T>, now: number): Tracked<T>[] {
  if (tracked.phase !== 'leaving') return [{ ...tracked, phase: 'leaving', since: now }];
  return now - tracked.since < LEAVING_MS ? [tracked] : [];
}
