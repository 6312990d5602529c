import type { ClusterFigureSettings } from '../../../sandbox-server/lab/cluster-figure.ts';
import type { MountedFigure } from './mount.tsx';

interface FigureCode {
  mount: (place: HTMLElement, settings: ClusterFigureSettings) => MountedFigure;
}

/** Fetches the simulation when a figure is scrolled to, and lets it stand still while that is out of view. */
export function setUpClusterFigures(page: Document, load: () => Promise<FigureCode>): void {
  for (const figure of page.querySelectorAll<HTMLElement>('[data-cluster-figure]')) setUp(page, figure, load);
}

function setUp(page: Document, figure: HTMLElement, load: () => Promise<FigureCode>): void {
  const place = figure.querySelector<HTMLElement>('[data-cluster-figure-place]');
  if (place === null) return;
  let mounted: MountedFigure | undefined;
  let loading = false;
  let inView = false;

  const follow = () => mounted?.setVisible(inView && !page.hidden);
  const fetchIt = async () => {
    loading = true;
    const code = await load().catch(() => undefined);
    if (code === undefined) return showLoadProblem(page, place, () => void fetchIt());
    mounted = code.mount(place, JSON.parse(figure.dataset['clusterFigure'] ?? '') as ClusterFigureSettings);
    follow();
  };
  const observer = new IntersectionObserver((entries) => {
    inView = entries.at(-1)?.isIntersecting === true;
    if (inView && !loading) void fetchIt();
    follow();
  });
  observer.observe(figure);
  page.addEventListener('visibilitychange', follow);
}

/** The still picture stays, and so does what was said until the code is there. */
function showLoadProblem(page: Document, place: HTMLElement, tryAgain: () => void): void {
  place.querySelector('[data-load-problem]')?.remove();
  const problem = page.createElement('p');
  problem.dataset['loadProblem'] = '';
  problem.setAttribute('role', 'alert');
  problem.className = 'load-problem';
  problem.textContent = 'The simulation could not be fetched. Check your connection, then ';
  const button = page.createElement('button');
  button.type = 'button';
  button.textContent = 'try again';
  button.addEventListener('click', tryAgain);
  problem.append(button, '.');
  place.append(problem);
}
