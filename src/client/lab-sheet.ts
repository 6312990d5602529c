import { sendCourseEvent } from './course-events.ts';

/** Opens and closes the workspace where it is a sheet over the lesson, and starts labs by button. */
export function setUpLabSheet(page: Document, wide: MediaQueryList): void {
  const root = page.documentElement;
  const workspace = page.getElementById('workspace');
  if (workspace === null) return;
  const openers = [...page.querySelectorAll<HTMLElement>('[data-open-lab]')];
  const isOpen = () => root.dataset['lab'] === 'open';

  page.addEventListener('click', (event) => {
    if (!(event.target instanceof Element)) return;
    if (event.target.closest('[data-open-lab]') !== null) {
      root.dataset['lab'] = 'open';
      sendCourseEvent(page, 'drydock:start', undefined);
      focusOnceShown(workspace.querySelector<HTMLElement>('[data-close-lab]'));
    }
    if (event.target.closest('[data-start-lab]') !== null) {
      root.dataset['lab'] = 'open';
      sendCourseEvent(page, 'drydock:start', undefined);
    }
    if (event.target.closest('[data-close-lab]') !== null) {
      root.dataset['lab'] = 'off';
      openers[0]?.focus();
    }
  });

  const show = () => {
    for (const opener of openers) opener.setAttribute('aria-expanded', String(isOpen()));
    // On a phone the sheet covers the lesson: what is under it is out of reach for the keyboard too.
    const covered = isOpen() && !wide.matches && window.matchMedia('(max-width: 639px)').matches;
    page.getElementById('main')?.toggleAttribute('inert', covered);
  };
  new MutationObserver(show).observe(root, { attributeFilter: ['data-lab'] });
  wide.addEventListener('change', show);
  show();
}

/** Longer than the sheet moves. */
const SHEET_MOVES_MS = 1_000;

/**
 * Gives an element of the sheet the focus, until the sheet has come to rest: before, it may not take it yet, or loses it again
 * while an earlier closing ends. Whoever moves on in the meantime is left alone.
 */
export function focusOnceShown(element: HTMLElement | null): void {
  if (element === null) return;
  const until = performance.now() + SHEET_MOVES_MS;
  let had = false;
  const attempt = () => {
    const { activeElement, body } = element.ownerDocument;
    if (activeElement === element) had = true;
    else if (had && activeElement !== body) return;
    else element.focus();
    if (performance.now() < until) requestAnimationFrame(attempt);
  };
  attempt();
}
