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

/** The sheet takes a frame or two until what is on it can have the focus; a page in the background draws none. */
const FRAMES = 60;

export function focusOnceShown(element: HTMLElement | null, frames = FRAMES): void {
  if (element === null) return;
  element.focus();
  if (element.ownerDocument.activeElement === element || frames === 0) return;
  requestAnimationFrame(() => focusOnceShown(element, frames - 1));
}
