import type { Progress } from './types.ts';

/** Progress as lines: one when a step ends, with its time; on a terminal one when it begins, too. */
export function lineProgress(
  out: { write(text: string): unknown; isTTY?: boolean },
  now: () => number = () => performance.now(),
): Progress {
  return {
    step(title) {
      const start = now();
      if (out.isTTY === true) out.write(`  … ${title}\n`);
      return (outcome) => {
        const seconds = ((now() - start) / 1000).toFixed(1);
        out.write(`  ✓ ${title}${outcome === undefined ? '' : `: ${outcome}`} (${seconds} s)\n`);
      };
    },
    note(line) {
      out.write(`  ${line}\n`);
    },
  };
}

export const silentProgress: Progress = { step: () => () => undefined, note: () => undefined };
