import type { Clock } from '../clock.ts';
import type { SessionView } from '../protocol/views.ts';

/** What starting consists of, ticked off as it happens. Steps that nobody announced are added where they occur. */
export class Steps {
  readonly #clock: Clock;
  readonly #onChange: () => void;
  #steps: (SessionView['steps'][number] & { since?: number })[] = [];

  constructor(clock: Clock, onChange: () => void) {
    this.#clock = clock;
    this.#onChange = onChange;
  }

  plan(labels: readonly string[]): void {
    this.#steps = labels.map((label) => ({ label, state: 'todo' }));
  }

  /** This step begins: the one before it is done. */
  begin(label: string): void {
    this.#finishCurrent();
    let step = this.#steps.find((s) => s.label === label);
    if (step === undefined) {
      step = { label, state: 'todo' };
      const next = this.#steps.findIndex((s) => s.state === 'todo');
      this.#steps.splice(next === -1 ? this.#steps.length : next, 0, step);
    }
    step.state = 'doing';
    step.since = this.#clock.now();
    this.#onChange();
  }

  finish(): void {
    this.#finishCurrent();
    this.#onChange();
  }

  view(): SessionView['steps'] {
    return this.#steps.map(({ label, state, ms }) => ({ label, state, ...(ms === undefined ? {} : { ms }) }));
  }

  #finishCurrent(): void {
    for (const step of this.#steps) {
      if (step.state !== 'doing') continue;
      step.state = 'done';
      step.ms = this.#clock.now() - (step.since ?? this.#clock.now());
    }
  }
}
