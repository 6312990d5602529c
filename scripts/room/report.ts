export interface Seat {
  /** Seconds from the start to a prompt, and to the end of the pull; undefined when it did not come. */
  prompt: number | undefined;
  pulled: number | undefined;
  problem?: string;
}

/** For people. `left`: bytes that left the machine. */
export function roomReport(lesson: string, seats: readonly Seat[], seconds: number, left: number): string {
  const prompts = seats.flatMap(({ prompt }) => prompt ?? []).toSorted((a, b) => a - b);
  const pulls = seats.flatMap(({ pulled, problem }) => (problem === undefined ? (pulled ?? []) : []));
  const at = (share: number) => (prompts[Math.ceil(prompts.length * share) - 1] ?? Number.NaN).toFixed(1);
  return [
    '',
    `  ${lesson}: ${prompts.length} of ${seats.length} learners reached a prompt, all within ${seconds.toFixed(0)} s`,
    `  first prompt after ${at(1 / seats.length)} s, half of them after ${at(0.5)} s, the last after ${at(1)} s`,
    `  ${pulls.length} of ${seats.length} pulled from the course mirror`,
    `  ${left} bytes left the machine over the egress network`,
    ...seats.flatMap(({ problem }) => (problem === undefined ? [] : [`  ✗ ${problem}`])),
    '',
  ].join('\n');
}
