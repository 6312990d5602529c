/** What a run of verify counted; `npm run verify -- --json` prints it. */
export interface Tally {
  lessons: number;
  tasks: number;
  redBefore: number;
  greenAfter: number;
  nearMisses: number;
  nearMissesRejected: number;
  runBlocks: number;
  runBlocksOk: number;
  /** That were started, and those of them that began with a copy of another one's disks. */
  sandboxes: number;
  fromCopies: number;
  /** Of these, those that said nothing, so that another one followed the page from its top: a check asked for what a copy does not know, or a container that was started again may have made the difference. */
  again: number;
  /** Mistakes and other solutions in a sandbox that had seen another one before, and those of them that this had spoilt, so that a sandbox of their own decided. */
  inPassing: number;
  spoilt: number;
  /** Checks that failed themselves. */
  broken: number;
  /** Lessons that were not verified, since this machine lacks what they need. */
  leftOut: number;
  seconds: number;
}

export function emptyTally(): Tally {
  return {
    lessons: 0,
    tasks: 0,
    redBefore: 0,
    greenAfter: 0,
    nearMisses: 0,
    nearMissesRejected: 0,
    runBlocks: 0,
    runBlocksOk: 0,
    sandboxes: 0,
    fromCopies: 0,
    again: 0,
    inPassing: 0,
    spoilt: 0,
    broken: 0,
    leftOut: 0,
    seconds: 0,
  };
}
