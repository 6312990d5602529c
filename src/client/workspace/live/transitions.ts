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

/** The next picture, in the order of `items`: what is gone is shown leaving, below what it was below. */
export function nextPicture<T>(
  before: readonly Tracked<T>[] | undefined,
  items: readonly T[],
  { keyOf, signatureOf }: TransitionOptions<T>,
  now: number,
): Tracked<T>[] {
  const keys = new Set(items.map(keyOf));
  const known = new Map(before?.map((tracked) => [tracked.key, tracked]));
  const next = items.map((item): Tracked<T> => {
    const key = keyOf(item);
    const tracked = known.get(key);
    if (!before) return { key, item, phase: 'steady', since: now };
    if (!tracked || tracked.phase === 'leaving') return { key, item, phase: 'entering', since: now };
    if (signatureOf(tracked.item) !== signatureOf(item)) return { key, item, phase: 'changed', since: now };
    const settled = tracked.phase !== 'steady' && now - tracked.since >= PHASE_MS;
    return settled ? { key, item, phase: 'steady', since: now } : { ...tracked, item };
  });
  for (const [index, tracked] of (before ?? []).entries()) {
    if (keys.has(tracked.key)) continue;
    const above = before?.[index - 1]?.key;
    next.splice(next.findIndex(({ key }) => key === above) + 1, 0, ...leave(tracked, now));
  }
  return next;
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
