import type { LabLesson } from '../lab/lessons.ts';
import { pageBefore, wholePage } from './plan.ts';

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
  return mistakes.reduce((sum, count) => sum + count, wholePage(page).length);
}
