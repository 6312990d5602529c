import type { SessionView } from '../../sandbox-server/protocol/views.ts';
import type { Api } from './api.ts';

/** The header's way back to a lab that runs beside another page. */
export function showRunningLab(page: Document, sessions: SessionView[]): void {
  const chip = page.getElementById('session-chip');
  const [session] = sessions;
  if (chip === null || session === undefined || chip.childElementCount > 0) return;
  const link = page.createElement('a');
  link.className = 'running-lab';
  link.href = `/${session.lesson}/`;
  link.textContent = 'Lab running';
  chip.append(link);
}

/** Says on the start page, before anybody starts a lab, that there are none, and what to do about it. */
export async function showLabStatus(place: HTMLElement, api: Pick<Api, 'status'>): Promise<void> {
  const { labs, problem } = await api.status();
  if (labs === 'available') return;
  const why = problem === undefined ? '' : ` ${problem.message} ${problem.fix}`;
  place.hidden = false;
  place.textContent = `You can read everything, but the labs are off here.${why}`;
}
