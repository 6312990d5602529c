import type { Bed } from './bed.ts';

/** One line of the table. */
export interface Result {
  measure: string;
  unit: 'ms' | 'MB/s' | 'KB' | 's' | 'MiB';
  ours: number;
  /** The peer's, measured in the same run; null where the bar is a plain number. */
  reference: number | null;
  /** `ours / reference`; null without a reference. */
  ratio: number | null;
  /** What must hold, in words: `ratio <= 0.9`. */
  bar: string;
  holds: boolean;
}

/** A group of lines that are measured together. */
export interface Measure {
  /** To choose it on the command line. */
  name: string;
  about: string;
  run: (bed: Bed) => Promise<Result[]>;
}

/** A line that is measured beside a peer. */
export function beside(
  measure: string,
  unit: Result['unit'],
  ours: number,
  reference: number,
  bar: { atMost: number } | { atLeast: number },
): Result {
  const ratio = ours / reference;
  const [sign, limit] = 'atMost' in bar ? ['<=', bar.atMost] : ['>=', bar.atLeast];
  const holds = sign === '<=' ? ratio <= limit : ratio >= limit;
  return { measure, unit, ours, reference, ratio, bar: `ratio ${sign} ${limit}`, holds };
}

/** A line that must stay below a number. */
export function atMost(measure: string, unit: Result['unit'], ours: number, limit: number): Result {
  return { measure, unit, ours, reference: null, ratio: null, bar: `<= ${limit} ${unit}`, holds: ours <= limit };
}

/** A line that has no bar: what it costs is worth knowing. */
export function recorded(measure: string, unit: Result['unit'], ours: number): Result {
  return { measure, unit, ours, reference: null, ratio: null, bar: '', holds: true };
}
