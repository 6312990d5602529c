import { useEffect, useRef, useState } from 'preact/hooks';
import { nextChangeAt, nextPicture, type Tracked, type TransitionOptions } from '../live/transitions.ts';

/** A list whose items come, change and go visibly. Draws again when a phase is over. */
export function usePicture<T>(items: readonly T[], options: TransitionOptions<T>): Tracked<T>[] {
  const picture = useRef<Tracked<T>[] | undefined>(undefined);
  const [, setTick] = useState(0);
  const now = Date.now();
  picture.current = nextPicture(picture.current, items, options, now);
  const due = nextChangeAt(picture.current);
  useEffect(() => {
    if (due === undefined) return undefined;
    const timer = setTimeout(() => setTick((tick) => tick + 1), Math.max(0, due - Date.now()) + 1);
    return () => clearTimeout(timer);
  });
  return picture.current;
}
