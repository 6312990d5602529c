/** A second wish to end that comes later than this is of somebody who has lost patience with the cleaning up. */
const IMPATIENT_MS = 3000;

const ENDS = ['SIGINT', 'SIGTERM', 'SIGHUP', 'disconnect'] as const;

/**
 * For a script that hands over to the server later: `release` gives back what is held when it is told to end before. Returns
 * what is called when the server minds the signals itself.
 */
export function whenToldToEnd(release: () => Promise<void>): () => void {
  const interrupt = () => void release().finally(() => process.exit(130));
  for (const end of ENDS) process.on(end, interrupt);
  // One wish to end may arrive several times: from the terminal, from npm, and from the bootstrap.
  let endingSince: number | undefined;
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      endingSince ??= performance.now();
      if (performance.now() - endingSince > IMPATIENT_MS) process.exit(130);
    });
  }
  // After a closed terminal there is nothing left to write to.
  for (const out of [process.stdout, process.stderr]) out.on('error', () => undefined);
  return () => {
    for (const end of ENDS) process.off(end, interrupt);
  };
}
