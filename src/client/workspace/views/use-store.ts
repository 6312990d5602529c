import { useEffect, useState } from 'preact/hooks';
import type { Store } from '../store.ts';

/** The store's value; draws again when it changes. */
export function useStore<T extends object>(store: Store<T>): T {
  const [value, setValue] = useState(store.value);
  useEffect(() => {
    setValue(store.value);
    return store.subscribe(setValue);
  }, [store]);
  return value;
}
