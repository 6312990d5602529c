/** Parts of the page that F6 goes round, in reading order. */
export interface Region {
  /** True when it is on the page and to be seen. */
  isThere: () => boolean;
  contains: (element: Element) => boolean;
  /** Moves the focus into it, back to where it was last. */
  enter: () => void;
}

/** The region that follows (or precedes) the one with the focus; the first one when the focus is in none. */
export function nextRegion(regions: readonly Region[], focused: Element | null, direction: 1 | -1): Region | undefined {
  const there = regions.filter((region) => region.isThere());
  if (there.length === 0) return undefined;
  const current = focused ? there.findIndex((region) => region.contains(focused)) : -1;
  if (current < 0) return direction === 1 ? there[0] : there.at(-1);
  return there[(current + direction + there.length) % there.length];
}

/** Listens for F6 and Shift+F6. Returns how to stop. */
export function cycleRegions(regions: readonly Region[]): () => void {
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== 'F6' || event.ctrlKey || event.altKey || event.metaKey) return;
    const region = nextRegion(regions, document.activeElement, event.shiftKey ? -1 : 1);
    if (!region) return;
    event.preventDefault();
    region.enter();
  };
  document.addEventListener('keydown', onKeyDown);
  return () => document.removeEventListener('keydown', onKeyDown);
}

/** A region that is an element of the page and remembers what had the focus in it. */
export function elementRegion(find: () => HTMLElement | null, enter?: () => void): Region {
  let last: HTMLElement | undefined;
  document.addEventListener('focusin', ({ target }) => {
    if (target instanceof HTMLElement && find()?.contains(target)) last = target;
  });
  return {
    isThere: () => (find()?.getClientRects().length ?? 0) > 0,
    contains: (element) => find()?.contains(element) ?? false,
    enter: () => {
      if (enter) return enter();
      const element = find();
      if (last?.isConnected && element?.contains(last)) return last.focus();
      if (element && !element.hasAttribute('tabindex')) element.tabIndex = -1;
      element?.focus();
    },
  };
}
