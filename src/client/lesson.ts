import { setUpDivider } from './divider.ts';
import { setUpHints } from './hints.ts';
import { setUpLab } from './lab.ts';
import { setUpPage } from './page-parts.ts';
import { setUpPlace } from './place.ts';
import { setUpQuiz } from './quiz.ts';
import { setUpTasks } from './tasks.ts';

const lesson = document.querySelector<HTMLElement>('main.lesson')?.dataset['lesson'] ?? '';
const parts = setUpPage(document, lesson);
const { api, saved, progress, me } = parts;

progress.visited(lesson, Date.now());
setUpHints(document, lesson, saved);
setUpQuiz(document, lesson, progress, api);
setUpTasks(document, lesson, progress);
setUpDivider(document, saved, window.matchMedia('(min-width: 1100px)'));
setUpLab(document, lesson, parts);

// The browser itself restores the place after a reload or on the way back.
const [navigation] = performance.getEntriesByType('navigation') as PerformanceNavigationTiming[];
setUpPlace(document, lesson, saved, navigation?.type === 'navigate');

// After `me`, whose answer gives a new learner their cookie. Without a server, what this browser keeps has to do.
void me.then(() => api.visit(lesson)).catch(() => undefined);
