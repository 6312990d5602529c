import type { Saved } from './saved.ts';

/** The solution is offered once this many hints were read, or all there are. */
const HINTS_BEFORE_SOLUTION = 2;

/** Hints open one by one, the solution after a hint or two. What was opened stays open after a reload. */
export function setUpHints(page: Document, lesson: string, saved: Saved): void {
  const key = `opened.${lesson}`;
  const opened = new Set((saved.read(key) ?? '').split(' ').filter(Boolean));

  for (const task of page.querySelectorAll<HTMLElement>('[data-task]')) {
    const hints = [...task.querySelectorAll<HTMLDetailsElement>('details[data-hint]')];
    const solutions = [...task.querySelectorAll<HTMLDetailsElement>('details[data-solution]')];
    const all = [...hints, ...solutions];
    const read = new Set(all.filter((_, index) => opened.has(nameOf(task, index))));
    const show = () => {
      const { hintsOffered, solutionOffered } = offered(hints.map((hint) => read.has(hint)));
      hints.forEach((hint, index) => (hint.hidden = index >= hintsOffered && !read.has(hint)));
      for (const solution of solutions) solution.hidden = !solutionOffered && !read.has(solution);
    };
    all.forEach((one, index) => {
      if (read.has(one)) one.open = true;
      one.addEventListener('toggle', () => {
        const name = nameOf(task, index);
        if (one.open) read.add(one);
        if (one.open) opened.add(name);
        else opened.delete(name);
        saved.write(key, [...opened].join(' '));
        show();
      });
    });
    show();
  }
}

/** How many hints to show, given which of them were read; and whether the solution is on offer. */
export function offered(read: boolean[]): { hintsOffered: number; solutionOffered: boolean } {
  const count = read.filter(Boolean).length;
  return {
    hintsOffered: Math.min(read.length, count + 1),
    solutionOffered: count >= Math.min(HINTS_BEFORE_SOLUTION, read.length),
  };
}

function nameOf(task: HTMLElement, index: number): string {
  return `${task.dataset['task'] ?? ''}.${index}`;
}
