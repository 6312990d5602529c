import type { RefObject } from 'preact';
import { useEffect } from 'preact/hooks';

/** Tells whether somebody can see the element: the browser's tab is in front, and the sheet it is on is open. */
export function useWatched(element: RefObject<HTMLElement | null>, tell: (watched: boolean) => void): void {
  useEffect(() => {
    if (!element.current) return undefined;
    let inView = false;
    let told: boolean | undefined;
    const look = () => {
      const watched = inView && !document.hidden;
      if (watched !== told) tell((told = watched));
    };
    const observer = new IntersectionObserver((entries) => {
      inView = entries.at(-1)?.isIntersecting ?? false;
      look();
    });
    observer.observe(element.current);
    document.addEventListener('visibilitychange', look);
    return () => {
      observer.disconnect();
      document.removeEventListener('visibilitychange', look);
      tell(false);
    };
  }, []);
}
