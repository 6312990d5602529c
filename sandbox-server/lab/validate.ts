/** One fault of the content. */
export interface ContentProblem {
  /** Relative to the content folder. */
  file: string;
  line: number | undefined;
  /** What is wrong. */
  message: string;
  /** What to do about it. */
  fix: string;
}

/** Everything that is wrong with the content; empty when all is well. Needs no container engine. */
export async function validateContent(
  contentFolder: string,
  options: { imageManifest?: string } = {},
): Promise<ContentProblem[]> {
  void options;
  throw new Error(`not written yet: ${contentFolder}`);
}

/** One problem as a line or two for a terminal. */
export function formatProblem(problem: ContentProblem): string {
  const place = problem.line === undefined ? problem.file : `${problem.file}:${problem.line}`;
  return `${place}: ${problem.message}\n  → ${problem.fix}`;
}
