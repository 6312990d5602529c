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
}

export interface Outcome {
  fault: FaultCase;
  finding: Finding;
  held: boolean;
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
  const lost = LOSSES.some((loss) => (finding.lost?.[loss] ?? 0) > 0);
  return { fault, finding, held: !lost && finding.fell !== true, seconds: (performance.now() - begun) / 1000 };
}

export function tallyOf(rounds: number, outcomes: readonly Outcome[]): FaultTally {
  const tally = { rounds, sessionsLost: 0, bytesLost: 0, leftovers: 0, progressLost: 0 };
  for (const { finding } of outcomes) for (const loss of LOSSES) tally[loss] += finding.lost?.[loss] ?? 0;
  return tally;
}

/** A line of the table. */
export function row({ fault, finding, held, seconds }: Outcome): string {
  const head = `${String(fault.number).padStart(3)}  ${held ? 'held' : 'FELL'}  ${seconds.toFixed(1).padStart(6)} s  ${fault.title}`;
  return `${head}\n                      ${finding.says.replaceAll('\n', '\n                      ')}`;
}
