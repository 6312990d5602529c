import { relative } from 'node:path';
import type { Verdict } from '../grader/verdict.ts';
import type { LabLesson } from '../lab/lessons.ts';
import type { RunBlock } from '../lab/page.ts';
import { VerifyFailure } from './failure.ts';
import type { LabRun } from './lab-run.ts';
import type { Step } from './plan.ts';

export interface FollowOptions {
  root: string;
  lesson: LabLesson;
  /** A step is about to be done, so many were done before it. */
  beforeStep?: (done: number) => Promise<void>;
  /** How many ms a block may take. Default, also where it is undefined: as TypingTerminal.run. */
  limitOf?: (block: RunBlock) => number | undefined;
  /** A step went well. */
  onStep?: () => void;
  /** A block did what it should, in so many ms. */
  onBlock?: (block: RunBlock, ms: number) => void;
  /** A task was green after its solution; `answer` is what was answered. */
  onGreen?: (task: string, answer: string | undefined) => void;
}

/** Does what the page says, step by step; the first that goes wrong ends it with a VerifyFailure. */
export async function followPage(run: LabRun, steps: readonly Step[], options: FollowOptions): Promise<void> {
  let typed = '';
  for (const [done, step] of steps.entries()) {
    await options.beforeStep?.(done);
    if (step.kind === 'type') {
      const begun = performance.now();
      await typeBlock(run, step.block, options);
      typed = step.block.code;
      options.onBlock?.(step.block, performance.now() - begun);
      options.onStep?.();
      continue;
    }
    const { task } = step;
    const place = placeOf(options, task.line);
    const answer = await solve(run, task.id, place, options.lesson);
    const verdict = await run.checkUntil(({ kind }) => kind === 'pass', task.id, answer);
    if (verdict.kind !== 'pass') {
      throw new VerifyFailure({
        place,
        task: task.id,
        stage: 'after its solution',
        typed: answer === undefined ? typed : `answer: ${answer}`,
        expected: 'the task to be done',
        saw: describeVerdict(verdict),
      });
    }
    options.onGreen?.(task.id, answer);
    options.onStep?.();
  }
}

/** The file of the page and a line of it. */
export function placeOf({ root, lesson }: Pick<FollowOptions, 'root' | 'lesson'>, line: number): string {
  return `${relative(root, lesson.page.file)}:${line}`;
}

export function describeVerdict(verdict: Verdict): string {
  if (verdict.kind === 'pass') return 'pass';
  if (verdict.kind === 'broken') {
    const { error } = verdict;
    return `the check is broken: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`;
  }
  const { message, expected, observed } = verdict.view;
  const details = [expected && `expected: ${expected}`, observed && `observed: ${observed}`].filter(Boolean);
  return [`not yet: ${message}`, ...details].join('\n');
}

async function typeBlock(run: LabRun, block: RunBlock, options: FollowOptions): Promise<void> {
  const { exitCode, failed, output } = await run.type(block.code, block.machine, options.limitOf?.(block));
  // A lone failing command is what `fails` announces; otherwise no command of the block may fail, not only the last.
  const code = exitCode === 0 ? (failed[0] ?? 0) : exitCode;
  if (block.fails ? exitCode !== 0 : code === 0) return;
  throw new VerifyFailure({
    place: placeOf(options, block.line),
    ...(block.task === undefined ? {} : { task: block.task }),
    stage: block.inSolution ? 'solution' : 'run block',
    typed: block.code,
    expected: block.fails ? 'an exit code other than 0' : 'every command to exit with 0',
    saw: `exit code ${code}, and on the terminal:\n${output.slice(-1_500)}`,
  });
}

/** The answer to a task that asks for one. */
async function solve(run: LabRun, task: string, place: string, lesson: LabLesson): Promise<string | undefined> {
  const asked = lesson.lab.tasks[task]?.answer;
  if (!asked) return undefined;
  try {
    return await run.workOut(asked.solve);
  } catch (error) {
    const saw = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    throw new VerifyFailure({ place, task, stage: 'answer.solve', expected: 'the right answer', saw });
  }
}
