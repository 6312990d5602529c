import { setUpOverview } from './overview.ts';
import { setUpPage } from './page-parts.ts';
import { showLabStatus, showRunningLab } from './running-lab.ts';

const { api, me, progress } = setUpPage(document);
setUpOverview(document, progress);
void me.then((view) => showRunningLab(document, view?.sessions ?? []));

const labsOff = document.querySelector<HTMLElement>('[data-labs-off]');
if (labsOff !== null) showLabStatus(labsOff, api).catch(() => undefined);
