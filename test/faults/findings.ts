/** What the suite ends with; all but `rounds` must be zero. */
export interface FaultTally {
  rounds: number;
  sessionsLost: number;
  bytesLost: number;
  leftovers: number;
  progressLost: number;
}

/** One fault, or many of the same kind, and whether nothing was lost. */
export interface FaultCase {
  number: number;
  title: string;
  run: (context: FaultContext) => Promise<Finding>;
}

export interface FaultContext {
  dockerodeOptions: object;
  images: object;
  rounds: number;
  seed: number;
  /** How long the network is cut. */
  cutMs: number;
  /** Tells a person what goes on. */
  note: (line: string) => void;
}

export interface Finding {
  lost?: Partial<Omit<FaultTally, 'rounds'>>;
  /** What was seen. */
  says: string;
  /** An expectation did not hold. */
  fell?: boolean;
  /** The fault cannot be made on this machine; `says` tells why. */
  notMade?: boolean;
}

/** What stands in for a fault that cannot be made here. */
export const notMade = (why: string): Finding => ({ notMade: true, says: why });

export type Result = 'held' | 'fell' | 'not made';

export interface Outcome {
  fault: FaultCase;
  finding: Finding;
  result: Result;
  seconds: number;
}

const LOSSES = ['sessionsLost', 'bytesLost', 'leftovers', 'progressLost'] as const;

/** Makes a fault happen; an expectation that does not hold is one that fell. */
export async function outcomeOf(fault: FaultCase, context: FaultContext): Promise<Outcome> {
  const begun = performance.now();
  const finding: Finding = await fault.run(context).catch((error: unknown) => ({
    says: error instanceof Error ? error.message : String(error),
    fell: true,
  }));
  return { fault, finding, result: resultOf(finding), seconds: (performance.now() - begun) / 1000 };
}

function resultOf({ lost, fell, notMade: absent }: Finding): Result {
  if (fell === true || LOSSES.some((loss) => (lost?.[loss] ?? 0) > 0)) return 'fell';
  return absent === true ? 'not made' : 'held';
}

export function tallyOf(rounds: number, outcomes: readonly Outcome[]): FaultTally {
  const tally = { rounds, sessionsLost: 0, bytesLost: 0, leftovers: 0, progressLost: 0 };
  for (const { finding } of outcomes) for (const loss of LOSSES) tally[loss] += finding.lost?.[loss] ?? 0;
  return tally;
}

/** `faults: 8 cases, 6 held, 1 fell, 1 not made` */
export function summary(outcomes: readonly Outcome[]): string {
  const count = (wanted: Result) => outcomes.filter(({ result }) => result === wanted).length;
  return `faults: ${outcomes.length} cases, ${count('held')} held, ${count('fell')} fell, ${count('not made')} not made`;
}

/** Did everything hold? `all`: what could not be made counts as well. */
export function allHeld(outcomes: readonly Outcome[], { all }: { all: boolean }): boolean {
  return outcomes.every(({ result }) => result === 'held' || (result === 'not made' && !all));
}

const MARKS: Record<Result, string> = { held: 'held    ', fell: 'FELL    ', 'not made': 'not made' };

/** A line of the table. */
export function row({ fault, finding, result, seconds }: Outcome): string {
  const head = `${String(fault.number).padStart(3)}  ${MARKS[result]}  ${seconds.toFixed(1).padStart(6)} s  ${fault.title}`;
  return `${head}\n                          ${finding.says.replaceAll('\n', '\n                          ')}`;
}
