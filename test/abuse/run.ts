import type { Attempt } from './attempt.ts';
import type { AbuseContext } from './context.ts';

export interface Outcome {
  attempt: Attempt;
  held: boolean;
  /** What was seen, or what fell. */
  says: string;
  seconds: number;
}

export interface AbuseTally {
  attempts: number;
  held: number;
  fell: number;
}

/** Makes attempts one after the other; one that falls keeps none of the others from being made. */
export async function* makeAttempts(attempts: readonly Attempt[], context: AbuseContext): AsyncGenerator<Outcome> {
  for (const attempt of attempts) {
    const begun = performance.now();
    const seconds = () => (performance.now() - begun) / 1000;
    try {
      const says = (await attempt.run(context)) ?? '';
      yield { attempt, held: true, says, seconds: seconds() };
    } catch (error) {
      // What it did to its own machine is not the next attempt's starting point.
      await context.dismissAttacker();
      const says = error instanceof Error ? error.message : String(error);
      yield { attempt, held: false, says, seconds: seconds() };
    }
  }
}

export function tallyOf(outcomes: readonly Outcome[]): AbuseTally {
  const held = outcomes.filter((outcome) => outcome.held).length;
  return { attempts: outcomes.length, held, fell: outcomes.length - held };
}

/** A line of the table. */
export function row({ attempt, held, says, seconds }: Outcome): string {
  const result = held ? 'held' : 'FELL';
  const head = `${String(attempt.number).padStart(3)}  ${result}  ${seconds.toFixed(1).padStart(5)} s  ${attempt.title}`;
  return says === '' ? head : `${head}\n                     ${says.replaceAll('\n', '\n                     ')}`;
}
