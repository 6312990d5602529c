/** The learner tried a task: what is still wrong is shown. With what they typed last, where it takes an answer. */
export interface Attempt {
  task: string;
  answer?: string;
}

/** What was tried in one sandbox. Its grader adds to it and reads it when it begins; its session keeps it for a restart. */
export class Attempts {
  readonly #byTask: Map<string, Attempt>;
  readonly #onNew: (attempt: Attempt) => void;

  /** `before`: from before a restart. `onNew`: a task was tried for the first time, or with another answer. */
  constructor(before: readonly Attempt[] = [], onNew: (attempt: Attempt) => void = () => undefined) {
    this.#byTask = new Map(before.map((attempt) => [attempt.task, attempt]));
    this.#onNew = onNew;
  }

  get(task: string): Attempt | undefined {
    return this.#byTask.get(task);
  }

  list(): Attempt[] {
    return [...this.#byTask.values()];
  }

  add(attempt: Attempt): void {
    const before = this.#byTask.get(attempt.task);
    if (before !== undefined && before.answer === attempt.answer) return;
    this.#byTask.set(attempt.task, attempt);
    this.#onNew(attempt);
  }

  clear(): void {
    this.#byTask.clear();
  }
}
