import type { NearMiss } from '../lab/lab.ts';
import type { LabLesson } from '../lab/lessons.ts';
import type { PageTask } from '../lab/page.ts';
import { pageBefore, type Step, wholePage, withSolution } from './plan.ts';

/** What a sandbox of its own is for, beside the page's. */
export interface Job {
  name: string;
  task: PageTask;
  /** What is done on the page. */
  steps: readonly Step[];
  /** Steps of the page that come before the task's solution, and after which the page goes on once the job is done. */
  at: number;
  until: number;
  /** Made after that, numbered from 1 as in the lab; none when the steps are what is tried: another solution. */
  misses: readonly NumberedMiss[];
}

export interface NumberedMiss {
  miss: NearMiss;
  number: number;
}

/** A sandbox for each near miss that changes it, one for all mere answers, one for each further solution. */
export function jobsOfTask({ page, lab }: LabLesson, task: PageTask): Job[] {
  const steps = pageBefore(page, task);
  const at = steps.length;
  const solved = wholePage(page).findIndex((step) => step.kind === 'solved' && step.task.id === task.id) + 1;
  const numbered = (lab.tasks[task.id]?.nearMisses ?? []).map((miss, index) => ({ miss, number: index + 1 }));
  const typed = numbered.filter(({ miss }) => miss.run !== undefined).map((one) => [one]);
  const answered = numbered.filter(({ miss }) => miss.run === undefined);
  const groups = answered.length > 0 ? [...typed, answered] : typed;
  const others = Array.from({ length: Math.max(0, task.solutions - 1) }, (_, index) => index + 2);
  return [
    ...groups.map((misses) => {
      const name = `${task.id}, near miss ${misses.map(({ number }) => number).join(', ')}`;
      return { name, task, steps, at, until: at, misses };
    }),
    ...others.map((solution) => {
      const name = `${task.id}, solution ${solution}`;
      return { name, task, steps: withSolution(page, task, solution), at, until: solved, misses: [] };
    }),
  ];
}
