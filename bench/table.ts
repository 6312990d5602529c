import type { Result } from './measure.ts';

export function table(results: readonly Result[]): string {
  const rows = results.map(({ measure, unit, ours, reference, ratio, bar, holds }) => [
    holds ? '✓' : '✗',
    measure,
    `${short(ours)} ${unit}`,
    reference === null ? '' : `${short(reference)} ${unit}`,
    ratio === null ? '' : short(ratio),
    bar,
  ]);
  const all = [['', 'measure', 'ours', 'reference', 'ratio', 'bar'], ...rows];
  const widths = all[0]!.map((_, column) => Math.max(...all.map((row) => row[column]!.length)));
  return all
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column]!))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** Three digits that count. */
function short(value: number): string {
  return Math.abs(value) >= 100 ? value.toFixed(0) : value.toPrecision(3);
}
