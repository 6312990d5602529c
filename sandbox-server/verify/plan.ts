import type { LessonPage, PageTask, RunBlock } from '../lab/page.ts';

/** What a learner does next on a page. */
export type Step =
  | { kind: 'type'; block: RunBlock }
  /** The task has been worked on as its solution says: an answer is given if it asks for one, and it is done. */
  | { kind: 'solved'; task: PageTask };

/** Of the page. */
export function lineOf(step: Step): number {
  return step.kind === 'type' ? step.block.line : step.task.line;
}

/** All of the page in its order, with the first solution of each task. */
export function wholePage(page: LessonPage): Step[] {
  const steps: { at: number; step: Step }[] = page.runBlocks
    .filter((block) => block.solution === undefined || block.solution === 1)
    .map((block) => ({ at: block.line, step: { kind: 'type', block } }));
  for (const task of page.tasks) {
    const last = page.runBlocks.findLast((block) => block.task === task.id);
    // Half a line further: after the block of that line.
    steps.push({ at: (last?.line ?? task.line) + 0.5, step: { kind: 'solved', task } });
  }
  return steps.sort((a, b) => a.at - b.at).map(({ step }) => step);
}

/** The page up to a task's solution, without it. */
export function pageBefore(page: LessonPage, task: PageTask): Step[] {
  const steps = wholePage(page);
  const end = steps.findIndex((step) =>
    step.kind === 'solved' ? step.task.id === task.id : step.block.inSolution && step.block.task === task.id,
  );
  return steps.slice(0, end);
}

/** The page up to a task, then another one of its solutions (counted from 1). */
export function withSolution(page: LessonPage, task: PageTask, solution: number): Step[] {
  const blocks = page.runBlocks.filter((block) => block.task === task.id && block.solution === solution);
  return [
    ...pageBefore(page, task),
    ...blocks.map((block): Step => ({ kind: 'type', block })),
    { kind: 'solved', task },
  ];
}
