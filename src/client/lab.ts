import { sendCourseEvent } from './course-events.ts';
import { setUpLabSheet } from './lab-sheet.ts';
import type { PageParts } from './page-parts.ts';
import { refuseLab } from './refuse-lab.ts';
import { showRunningLab } from './running-lab.ts';
import { WorkspaceLoader } from './workspace-loader.ts';

/** The start page's button leads to `#start`: the lab starts by itself, where there is room for it beside the text. */
const START_HASH = '#start';

export function setUpLab(page: Document, lesson: string, { api, me }: PageParts): void {
  const root = page.getElementById('workspace');
  if (root === null) return;
  const wide = window.matchMedia('(min-width: 1100px)');
  const loader = new WorkspaceLoader(
    page,
    async (session) => {
      // The first answer of the server gives a new learner their cookie; a second request beside it would make another learner.
      const [{ mount }, view] = await Promise.all([import('./workspace/workspace.ts'), me]);
      if (session === undefined && view?.unmetNeeds !== undefined) return;
      mount({ lesson, root, api, session });
    },
    () => showLoadProblem(page, root),
  );
  setUpLabSheet(page, wide);

  void me.then((view) => {
    const session = view?.sessions.find((one) => one.lesson === lesson);
    if (session !== undefined) return void loader.load(session);
    showRunningLab(page, view?.sessions ?? []);
    if (view?.unmetNeeds !== undefined) {
      loader.close();
      refuseLab(page, root, view.unmetNeeds);
    }
  });

  if (page.location.hash !== START_HASH) return;
  history.replaceState(history.state, '', page.location.pathname + page.location.search);
  if (wide.matches) sendCourseEvent(page, 'drydock:start', undefined);
}

function showLoadProblem(page: Document, root: HTMLElement): void {
  root.querySelector('[data-load-problem]')?.remove();
  const problem = page.createElement('p');
  problem.dataset['loadProblem'] = '';
  problem.setAttribute('role', 'alert');
  problem.className = 'load-problem';
  problem.textContent =
    'The lab’s code could not be fetched. Check your connection, then try again; the lesson stays here.';
  // Among the words of the shell, under its button, which tries again.
  (root.querySelector('[data-workspace-shell]') ?? root).append(problem);
}
