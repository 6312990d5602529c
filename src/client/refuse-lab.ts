import type { ProblemView } from '../../sandbox-server/protocol/views.ts';
import { onCourseEvent } from './course-events.ts';
import { focusOnceShown } from './lab-sheet.ts';
import { WANTS_WORKSPACE } from './workspace-loader.ts';

/** Says where the lab would start, before anybody tries, that it cannot start on this server, and why. */
export function refuseLab(page: Document, root: HTMLElement, { message, fix }: ProblemView): void {
  root.querySelector('[data-workspace-shell]')?.toggleAttribute('data-refused', true);
  const title = root.querySelector('#shell-title');
  if (title !== null) title.textContent = 'No lab for this lesson here';
  const words = root.querySelector<HTMLElement>('[data-refusal]');
  if (words === null) return;
  const what = page.createElement('strong');
  what.textContent = message;
  words.replaceChildren(what, ` ${fix}`);
  const opener = page.querySelector('[data-open-lab]');
  if (opener !== null) opener.textContent = 'No lab on this server: why';

  // Who presses Run or Check all the same is led to the reason.
  const lead = () => {
    page.documentElement.dataset['lab'] = 'open';
    focusOnceShown(words);
  };
  for (const wish of WANTS_WORKSPACE) onCourseEvent(page, wish, lead);
}
