/** Something that a learner or an author would call wrong. */
export interface Failure {
  /** Id. */
  lesson: string;
  /** File and line, relative to the checkout. */
  place: string;
  task?: string;
  /** `red on a fresh sandbox`, `solution`, `near miss 2` */
  stage: string;
  /** Where its sandbox began, when it did not follow the page from the top: `with a copy of the sandbox at lesson.mdx:45`. */
  began?: string;
  /** What was typed or answered. */
  typed?: string;
  expected: string;
  saw: string;
}

/** Ends one sandbox's run. */
export class VerifyFailure extends Error {
  override readonly name = 'VerifyFailure';
  readonly failure: Omit<Failure, 'lesson'>;

  constructor(failure: Omit<Failure, 'lesson'>) {
    super(`${failure.stage}: expected ${failure.expected}, saw ${failure.saw}`);
    this.failure = failure;
  }
}

export function formatFailure(failure: Failure): string {
  const where = [failure.lesson, failure.task && `task "${failure.task}"`, failure.stage].filter(Boolean).join(' · ');
  const rows: [string, string | undefined][] = [
    ['at', failure.place],
    ['began', failure.began],
    ['typed', failure.typed],
    ['expected', failure.expected],
    ['saw', failure.saw],
  ];
  const lines = rows.flatMap(([name, text]) => (text === undefined ? [] : [`    ${name.padEnd(9)} ${indent(text)}`]));
  return [`✗ ${where}`, ...lines].join('\n');
}

function indent(text: string): string {
  return text
    .trim()
    .split('\n')
    .join(`\n${' '.repeat(14)}`);
}
