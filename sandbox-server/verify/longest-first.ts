import type { LabLesson } from '../lab/lessons.ts';
import { pageBefore, wholePage } from './plan.ts';

/** In a cluster of its own a lab waits for nodes: a step takes about so many times as long. */
const OWN_CLUSTER = 5;

/** So that at the end several short lessons are under way, not one long one alone. */
export function longestFirst(lessons: readonly LabLesson[]): LabLesson[] {
  return lessons.toSorted((a, b) => steps(b) - steps(a));
}

/** That all sandboxes of a lesson do when each follows the page from its top. */
function steps({ page, lab }: LabLesson): number {
  const mistakes = page.tasks.map((task) => {
    const before = pageBefore(page, task).length;
    return (lab.tasks[task.id]?.nearMisses.length ?? 0) * (before + 1);
  });
  const all = mistakes.reduce((sum, count) => sum + count, wholePage(page).length);
  return lab.sandbox.cluster === 'dedicated' ? OWN_CLUSTER * all : all;
}
